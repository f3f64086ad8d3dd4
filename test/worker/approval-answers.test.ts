/** Approvals that are decided in a conversation, and conversations that people take part in. */
import { eq } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import { instance } from "../../src/db/schema/index.ts";
import { approvalsOf, callsOf, TOOL, WAITS } from "./support/approvals.ts";
import {
  chatStub,
  crash,
  newPhone,
  phoneTexts,
  query,
  ring,
  saying,
  thinkBy,
  writeFromPhone,
} from "./support/chats.ts";
import { chatBodyOf, openChat, textsOf } from "./support/conversations.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { testDb } from "./support/organization.ts";

let desk: Desk;
beforeEach(async () => {
  desk = await createDesk("well", WAITS);
});
const { callOverHttp, read, listed, waitingChat, tap } = approvalsOf(() => desk);

describe("[APPROVAL-06] a named approver, on their own WhatsApp", () => {
  let approver: string;
  beforeEach(async () => {
    approver = newPhone();
    const patched = await desk.control("PATCH", `/v1/instances/${desk.supportId}`, {
      approvers: [{ name: "Asha", phoneNumber: approver.replace("+254", "+254 ") }],
      approvalMinutes: 30,
    });
    expect(patched).toMatchObject({
      status: 200,
      body: { approvers: [{ name: "Asha", phoneNumber: `•••• ${approver.slice(-4)}` }], approvalMinutes: 30 },
    });
  });
  const approverTexts = () => phoneTexts(desk, desk.supportId, approver);
  const approverStub = () => chatStub(desk.supportId, approver);

  it("is asked, and a tap decides without the agent", async () => {
    const { phone, stub, id } = await waitingChat();
    expect(await approverTexts()).toEqual([
      expect.stringMatching(/^Approval needed: create support ticket \(SUPPORT_DESK\)\nsummary: My order/),
    ]);
    await tap(approver, "approve", id);
    const asked = await approverStub();
    await thinkBy(asked, saying("The agent speaks"));
    await ring(asked);
    expect(await read(id)).toMatchObject({
      state: "executed",
      decidedVia: "whatsapp",
      decidedBy: { kind: "approver", id: "Asha" },
    });
    expect((await approverTexts()).slice(1)).toEqual(['Approved: "create support ticket" is done.']);
    await ring(stub);
    expect((await textsOf(desk, phone)).at(-1)).toContain("SUP-10421");
    await tap(approver, "reject", id);
    await ring(asked);
    expect((await approverTexts()).at(-1)).toBe('Approved: "create support ticket" is done.');
    expect(await callsOf(desk)).toHaveLength(1);
  });

  it.for([
    ["1", "executed"],
    [" Approve ", "executed"],
    ["2", "rejected"],
    ["reject", "rejected"],
  ])("answers %j: %s", async ([text = "", state]) => {
    const { id } = await waitingChat();
    await writeFromPhone(desk, desk.supportId, approver, text);
    const asked = await approverStub();
    await thinkBy(asked, saying("The agent speaks"));
    await ring(asked);
    expect((await read(id)).state).toBe(state);
    expect(await approverTexts()).toHaveLength(2);
    expect(await approverTexts()).not.toContain("The agent speaks");
  });

  it("whose `1` could mean two is not understood; a tap is", async () => {
    const [one, two] = [await callOverHttp({ summary: "a" }), await callOverHttp({ summary: "b" })];
    await writeFromPhone(desk, desk.supportId, approver, "1");
    const asked = await approverStub();
    await thinkBy(asked, saying("The agent speaks"));
    await ring(asked);
    expect((await approverTexts()).at(-1)).toBe("The agent speaks");
    expect(await listed("?state=pending")).toHaveLength(2);
    await tap(approver, "reject", two.approvalId);
    await ring(asked);
    expect((await read(two.approvalId)).state).toBe("rejected");
    expect((await read(one.approvalId)).state).toBe("pending");
  });

  it("decides once, also when the object dies between deciding and saying so", async () => {
    const { id } = await waitingChat();
    await writeFromPhone(desk, desk.supportId, approver, "1");
    const asked = await approverStub();
    await thinkBy(asked, saying("The agent speaks"));
    await ring(asked);
    // As if the last write had been lost.
    await query(asked, "UPDATE inbox SET is_taken = 2");
    await crash(asked);
    await thinkBy(asked, saying("The agent speaks"));
    await ring(asked);
    expect((await read(id)).state).toBe("executed");
    expect(await callsOf(desk)).toHaveLength(1);
    expect(await approverTexts()).not.toContain("The agent speaks");
  });

  it("who is one no more decides nothing, and neither does anybody else", async () => {
    const { phone, stub, id } = await waitingChat();
    const stranger = newPhone();
    await tap(stranger, "approve", id);
    await writeFromPhone(desk, desk.supportId, stranger, "1");
    await writeFromPhone(desk, desk.supportId, phone, "1");
    await desk.control("PATCH", `/v1/instances/${desk.supportId}`, { approvers: [] });
    await tap(approver, "approve", id);
    await writeFromPhone(desk, desk.supportId, approver, "1");
    const stubs = [await chatStub(desk.supportId, stranger), stub, await approverStub()];
    for (const one of stubs) {
      await thinkBy(one, saying("The agent speaks"));
      await ring(one);
    }
    expect((await read(id)).state).toBe("pending");
    for (const one of [stranger, phone, approver]) {
      expect((await phoneTexts(desk, desk.supportId, one)).at(-1)).toBe("The agent speaks");
    }
  });

  it("a list sent back as it was shown stays; numbers are sealed, normalised and not repeated", async () => {
    const path = `/v1/instances/${desk.supportId}`;
    const { body } = await desk.control<{ approvers: { name: string; phoneNumber: string }[] }>("GET", path);
    const kept = await desk.control("PATCH", path, { approvers: body.approvers });
    expect(kept).toMatchObject({ status: 200, body: { approvers: body.approvers } });
    const row = await testDb().select().from(instance).where(eq(instance.id, desk.supportId)).get();
    expect(JSON.stringify(row)).not.toContain(approver.slice(1));
    const bad = await desk.control("PATCH", path, {
      approvers: [
        { name: "Asha", phoneNumber: approver },
        { name: "Juma", phoneNumber: approver },
      ],
    });
    expect(bad).toMatchObject({ status: 422, body: { code: "approver_repeated" } });
    expect(
      await desk.control("PATCH", path, { approvers: [{ name: "Juma", phoneNumber: "0711" }] }),
    ).toMatchObject({
      status: 422,
      body: { code: "phone_number_invalid", issues: [{ pointer: "/approvers/0/phoneNumber" }] },
    });
    await callOverHttp();
    expect(await approverTexts()).toHaveLength(1);
  });
});

describe("[APPROVAL-07] the customer, where the grant lets them", () => {
  beforeEach(async () => {
    await desk.control("PUT", `/v1/instances/${desk.supportId}/grants/${desk.installation.id}`, {
      deciders: { [TOOL]: "customer" },
    });
  });

  it.for(["a tap", "1"])("confirms their own request with %s", async (how) => {
    const { phone, stub, id } = await waitingChat();
    expect(await textsOf(desk, phone)).toEqual([
      expect.stringMatching(/^Please confirm: create support ticket\nsummary: My order arrived damaged/),
      expect.stringContaining("please confirm it"),
    ]);
    await (how === "1" ? writeFromPhone(desk, desk.supportId, phone, "1") : tap(phone, "approve", id));
    await ring(stub);
    await ring(stub);
    expect(await read(id)).toMatchObject({
      state: "executed",
      decidedVia: "chat",
      decidedBy: { kind: "chat" },
    });
    expect((await textsOf(desk, phone)).slice(2)).toEqual([expect.stringContaining("SUP-10421")]);
    expect(await callsOf(desk)).toHaveLength(1);
  });

  it("says no with 2, and nothing is done", async () => {
    const { phone, stub, id } = await waitingChat();
    await writeFromPhone(desk, desk.supportId, phone, "2");
    await ring(stub);
    await ring(stub);
    expect((await read(id)).state).toBe("rejected");
    expect((await textsOf(desk, phone)).at(-1)).toContain("was not approved");
    expect(await callsOf(desk)).toEqual([]);
  });

  it("confirms nobody else's; and without a chat staff decide", async () => {
    const { id } = await waitingChat();
    const other = await openChat(desk, "Hello");
    await tap(other.phone, "approve", id);
    await writeFromPhone(desk, desk.supportId, other.phone, "1");
    await ring(other.stub);
    expect((await read(id)).state).toBe("pending");
    expect((await callOverHttp()).decider).toBe("staff");
  });
});

describe("[APPROVAL-08] a chat that a person takes part in", () => {
  it("makes a tool with effects wait, for a day", async () => {
    desk = await createDesk("well", {}, { sideEffects: true });
    const { phone, stub } = await openChat(desk, "My order arrived damaged");
    await ring(stub);
    expect(await callsOf(desk)).toHaveLength(1);
    const { id } = await chatBodyOf(desk, phone);
    await desk.control("POST", `/v1/chats/${id}/take`);
    await desk.control("POST", `/v1/chats/${id}/messages`, { text: "I am Asha." });
    await desk.control("POST", `/v1/chats/${id}/release`);
    await writeFromPhone(desk, desk.supportId, phone, "My second order is broken");
    await ring(stub);
    expect(await listed()).toMatchObject([{ state: "pending", reason: "multi_user_chat" }]);
    expect(await callsOf(desk)).toHaveLength(1);
    await query(stub, "UPDATE message SET at = at - 86400001 WHERE role = 'person'");
    await writeFromPhone(desk, desk.supportId, phone, "My third order is broken");
    await ring(stub);
    expect(await callsOf(desk)).toHaveLength(2);
  });
});
