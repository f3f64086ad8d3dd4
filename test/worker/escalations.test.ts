/** From the agent to a person and back. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { withActor } from "../../src/access/context.ts";
import { STILL_WAITING_SENTENCE } from "../../src/agent/chats/hand-off.ts";
import { ESCALATED_SENTENCE } from "../../src/agent/chats/run-turn.ts";
import { createEscalation } from "../../src/effects/escalations/index.ts";
import { clockAt, testBase } from "./support/base.ts";
import {
  type ChatStub,
  chatStub,
  newPhone,
  query,
  ring,
  saying,
  thinkBy,
  writeFromPhone,
} from "./support/chats.ts";
import { type ChatBody, chatBodyOf, linesOf, openChat, type Page, textsOf } from "./support/conversations.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { grantFirstParty } from "./support/first-party.ts";
import { addMember } from "./support/organization.ts";
import { lastResult, toolCall, useScriptedModel } from "./support/scripted-model.ts";

type EscalationBody = {
  id: string;
  chatId: string;
  state: string;
  reason: string;
  urgency: string;
  assignee: { kind: string; id: string } | null;
  note: string | null;
  code: string;
};

let desk: Desk;
beforeEach(async () => {
  desk = await createDesk();
  await grantFirstParty(desk, "kivuko.escalations");
});
afterEach(() => {
  vi.restoreAllMocks();
});

const TOOL = "escalations__escalate_to_human";
const REASON = { reason: "Asked for a person", summary: "Wants a refund for KV-1." };

async function open(query = ""): Promise<EscalationBody[]> {
  return (await desk.control<Page<EscalationBody>>("GET", `/v1/escalations${query}`)).body.data;
}

/** An escalated chat: the agent has said that a colleague comes. */
async function escalated(
  text = "I want a person",
): Promise<{ phone: string; stub: ChatStub; id: string; escalation: EscalationBody }> {
  const { phone, stub } = await openChat(desk, text);
  await thinkBy(
    stub,
    saying(async () => {
      const answer = await desk.callTool({ tool: TOOL, body: { input: REASON, customer: { phone } } });
      expect(answer.body).toMatchObject({ status: "ok" });
      return "A colleague will write to you.";
    }),
  );
  await ring(stub);
  const { id } = await chatBodyOf(desk, phone);
  const escalation = (await open()).find(({ chatId }) => chatId === id);
  if (escalation === undefined) {
    throw new Error("Nothing was escalated.");
  }
  return { phone, stub, id, escalation };
}

const act = (id: string, verb: string, body?: object) =>
  desk.control<EscalationBody>("POST", `/v1/escalations/${id}/${verb}`, body);

describe("a chat that needs a person", () => {
  it("[HANDOFF-01] [HANDOFF-03] is escalated by the agent, taken, answered, resolved, and the agent goes on", async () => {
    const model = await useScriptedModel(desk, (request) => {
      if (request.messages.some(({ role }) => role === "tool")) {
        return lastResult(request) === undefined
          ? "Your refund is on its way."
          : "A colleague will write to you.";
      }
      return toolCall(TOOL, { ...REASON, urgency: "high" });
    });
    const { phone, stub } = await openChat(desk, "I want a person");
    await ring(stub);
    const chat = await chatBodyOf(desk, phone);
    expect(chat.state).toBe("waiting_for_person");
    expect(await textsOf(desk, phone)).toEqual(["A colleague will write to you."]);
    const [escalation] = await open();
    expect(escalation).toMatchObject({ chatId: chat.id, state: "open", urgency: "high", assignee: null });

    await writeFromPhone(desk, desk.supportId, phone, "Are you there?");
    await ring(stub);
    expect(await textsOf(desk, phone)).toHaveLength(1);
    expect(model.requests).toHaveLength(2);

    const taken = await act(escalation?.id ?? "", "take");
    expect(taken).toMatchObject({ status: 200, body: { state: "taken", assignee: { kind: "user" } } });
    expect((await chatBodyOf(desk, phone)).state).toBe("person");
    await desk.control("POST", `/v1/chats/${chat.id}/messages`, { text: "I am Asha. I send the refund." });
    await writeFromPhone(desk, desk.supportId, phone, "When does it come?");
    await ring(stub);
    expect(model.requests).toHaveLength(2);

    const resolved = await act(escalation?.id ?? "", "resolve", { note: "Refund R-7 is sent." });
    expect(resolved).toMatchObject({ status: 200, body: { state: "resolved", note: "Refund R-7 is sent." } });
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual([
      "A colleague will write to you.",
      "I am Asha. I send the refund.",
      "Your refund is on its way.",
    ]);
    const read = JSON.stringify(model.requests.at(-1)?.messages);
    for (const known of ["Are you there?", "I am Asha.", "When does it come?", "Refund R-7 is sent."]) {
      expect(read).toContain(known);
    }
    expect((await chatBodyOf(desk, phone)).state).toBe("agent");
    const again = await act(escalation?.id ?? "", "resolve", {});
    expect(again).toMatchObject({ status: 409, body: { code: "escalation_resolved" } });
  });

  it("[HANDOFF-01] is silent alone: the next customer is answered", async () => {
    await escalated();
    const { phone, stub } = await openChat(desk);
    await thinkBy(stub, saying("Hello"));
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual(["Hello"]);
  });

  it("[HANDOFF-01] that a turn failed in says so once and stays silent", async () => {
    const { phone, stub } = await openChat(desk, "I want a person");
    await thinkBy(
      stub,
      saying(async () => {
        await desk.callTool({ tool: TOOL, body: { input: REASON, customer: { phone } } });
        throw new Error("The model is gone.");
      }),
    );
    for (let count = 0; count < 5; count++) {
      await ring(stub);
    }
    expect(await textsOf(desk, phone)).toEqual([ESCALATED_SENTENCE]);
    expect(await open()).toHaveLength(1);
  });

  it("[HANDOFF-02] is escalated once, also by two at once", async () => {
    const { phone, id, escalation } = await escalated();
    const again = () => desk.callTool({ tool: TOOL, body: { input: REASON, customer: { phone } } });
    const answers = await Promise.all([again(), again(), again()]);
    for (const { body } of answers) {
      expect(body.result).toContain(escalation.id);
    }
    await act(escalation.id, "resolve", {});
    await Promise.all([again(), again(), again()]);
    const all = (await open()).filter(({ chatId }) => chatId === id);
    expect(all.map(({ state }) => state)).toEqual(["open", "resolved"]);
  });

  it("[HANDOFF-03] is told how it ended when nobody wrote, and left alone when somebody did", async () => {
    const silent = await escalated();
    await act(silent.escalation.id, "resolve", { note: "The parcel has arrived." });
    await thinkBy(silent.stub, saying("It has arrived."));
    await ring(silent.stub);
    expect((await textsOf(desk, silent.phone)).at(-1)).toBe("It has arrived.");

    const answered = await escalated();
    await act(answered.escalation.id, "take");
    await desk.control("POST", `/v1/chats/${answered.id}/messages`, { text: "All done." });
    await act(answered.escalation.id, "resolve", {});
    await thinkBy(answered.stub, saying("too much"));
    await ring(answered.stub);
    expect((await textsOf(desk, answered.phone)).at(-1)).toBe("All done.");
    expect((await linesOf(desk, answered.id)).map(({ from }) => from)).toEqual([
      "customer",
      "agent",
      "person",
    ]);
  });

  it("[HANDOFF-04] is told once that it takes longer, and still answered after the hand-back", async () => {
    const { phone, stub, escalation } = await escalated();
    await writeFromPhone(desk, desk.supportId, phone, "And my refund?");
    await ring(stub);
    expect(await textsOf(desk, phone)).toHaveLength(1);
    const [row] = await query<{ since: number; tell: number }>(
      stub,
      "SELECT waiting_since AS since, tell_at AS tell FROM chat",
    );
    expect((row?.tell ?? 0) - (row?.since ?? 0)).toBe(10 * 60_000);
    await query(stub, "UPDATE chat SET tell_at = 1");
    await ring(stub);
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual(["A colleague will write to you.", STILL_WAITING_SENTENCE]);
    await act(escalation.id, "resolve", {});
    await thinkBy(stub, saying("Your refund is sent."));
    await ring(stub);
    expect((await textsOf(desk, phone)).at(-1)).toBe("Your refund is sent.");
  });

  it("[HANDOFF-04] is told nothing where the number says never, or once somebody has it", async () => {
    const early = await escalated();
    await act(early.escalation.id, "take");
    expect(await query(early.stub, "SELECT tell_at FROM chat")).toEqual([{ tell_at: null }]);
    const set = await desk.control("PATCH", `/v1/instances/${desk.supportId}`, {
      escalationWaitMinutes: null,
    });
    expect(set).toMatchObject({ status: 200, body: { escalationWaitMinutes: null } });
    const { stub } = await escalated();
    expect(await query(stub, "SELECT tell_at FROM chat")).toEqual([{ tell_at: null }]);
  });

  it("[HANDOFF-05] keeps escalation and chat in step by whichever door", async () => {
    const { id, phone, escalation } = await escalated();
    await desk.control<ChatBody>("POST", `/v1/chats/${id}/take`);
    expect(
      (await desk.control<EscalationBody>("GET", `/v1/escalations/${escalation.id}`)).body,
    ).toMatchObject({
      state: "taken",
    });
    await desk.control<ChatBody>("POST", `/v1/chats/${id}/release`);
    expect(
      (await desk.control<EscalationBody>("GET", `/v1/escalations/${escalation.id}`)).body,
    ).toMatchObject({
      state: "resolved",
    });
    expect((await chatBodyOf(desk, phone)).state).toBe("agent");
    expect(await act(escalation.id, "take")).toMatchObject({
      status: 409,
      body: { code: "escalation_resolved" },
    });
    expect((await chatBodyOf(desk, phone)).state).toBe("agent");
  });
});

describe("escalations", () => {
  it("are assigned to members and queues, and found by it", async () => {
    const { escalation } = await escalated();
    const { userId } = await addMember(desk.organization.id, "agent");
    expect(await act(escalation.id, "assign", { userId })).toMatchObject({
      body: { state: "open", assignee: { kind: "user", id: userId } },
    });
    expect(await open(`?assignee=${userId}&state=open&instanceId=${desk.supportId}`)).toHaveLength(1);
    expect(await open(`?assignee=${userId}&state=taken`)).toEqual([]);
    expect(await open(`?instanceId=${desk.salesId}`)).toEqual([]);
    expect(await act(escalation.id, "assign", { queue: "returns" })).toMatchObject({
      body: { assignee: { kind: "queue", id: "returns" } },
    });
    const stranger = (await addMember((await createDesk()).organization.id, "agent")).userId;
    expect(await act(escalation.id, "assign", { userId: stranger })).toMatchObject({
      status: 422,
      body: { code: "assignee_unknown" },
    });
    expect(await act(escalation.id, "assign", { userId, queue: "returns" })).toMatchObject({ status: 422 });
  });

  it("are the organisation's own, and so are the chats that they pause", async () => {
    const { id, escalation } = await escalated();
    const other = await createDesk();
    const missing = { status: 404, body: { code: "escalation_not_found" } };
    for (const [verb, body] of [["take"], ["resolve", {}], ["assign", { queue: "x" }]] as const) {
      expect(await other.control("POST", `/v1/escalations/${escalation.id}/${verb}`, body)).toMatchObject(
        missing,
      );
    }
    expect((await other.control<Page<EscalationBody>>("GET", "/v1/escalations")).body.data).toEqual([]);
    const ctx = withActor(testBase({ clock: clockAt(1) }), {
      kind: "gateway_key",
      id: "key_1",
      organizationId: other.organization.id,
      instanceId: null,
    });
    const source = { kind: "tool_call", id: "call_1" };
    await expect(
      createEscalation({ ctx, input: { chatId: id, ...REASON, urgency: "low", source } }),
    ).rejects.toMatchObject({ code: "chat_not_found" });
  });

  it("cannot be made without a chat", async () => {
    const nobody = await desk.callTool({ tool: TOOL, body: { input: REASON } });
    expect(nobody.body.result).toMatch(/^Fallback suggestions:/m);
    const unknown = await desk.callTool({
      tool: TOOL,
      body: { input: REASON, customer: { phone: newPhone() } },
    });
    expect(unknown.body.result).toMatch(/^Fallback suggestions:/m);
    expect(await open()).toEqual([]);
    expect(
      await query(
        await chatStub(desk.supportId, newPhone()),
        "SELECT name FROM sqlite_master WHERE name = 'chat'",
      ),
    ).toEqual([]);
  });
});
