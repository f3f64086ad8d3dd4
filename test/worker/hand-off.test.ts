/** People and conversations: taking them over, handing them back, finding them. */
import { beforeAll, describe, expect, it } from "vitest";
import type { ChatMessage as ModelMessage } from "../../src/contract/chat-completions.ts";
import { chat as chatTable } from "../../src/db/schema/index.ts";
import { chatStub, newPhone, query, ring, saying, thinkBy, writeFromPhone } from "./support/chats.ts";
import { type ChatBody, chatBodyOf, linesOf, openChat, type Page, textsOf } from "./support/conversations.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { testDb } from "./support/organization.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await createDesk();
});

describe("a person", () => {
  it("takes over: the agent is silent in this chat, the words go out, and the hand-back is answered", async () => {
    const { phone, stub } = await openChat(desk, "I want a person");
    const seen: (readonly ModelMessage[])[] = [];
    await thinkBy(stub, (call) => {
      seen.push(call.input.messages);
      return saying(`Reply ${seen.length}`)(call);
    });
    await ring(stub);
    const { id } = await chatBodyOf(desk, phone);
    const write = (text: string) =>
      desk.control<{ state: string; code: string }>("POST", `/v1/chats/${id}/messages`, { text });
    expect(await write("Hello")).toMatchObject({ status: 409, body: { code: "chat_not_taken" } });

    const taken = await desk.control<ChatBody>("POST", `/v1/chats/${id}/take`);
    expect(taken).toMatchObject({ status: 200, body: { state: "person" } });
    expect(await write("I am Asha, I look into it.")).toMatchObject({ status: 201, body: { state: "sent" } });
    await writeFromPhone(desk, desk.supportId, phone, "Thank you, Asha. When?");
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual(["Reply 1", "I am Asha, I look into it."]);

    const released = await desk.control<ChatBody>("POST", `/v1/chats/${id}/release`);
    expect(released.body.state).toBe("agent");
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual(["Reply 1", "I am Asha, I look into it.", "Reply 2"]);
    expect(seen[1]?.slice(-2)).toEqual([
      { role: "assistant", content: "I am Asha, I look into it." },
      { role: "user", content: "Thank you, Asha. When?" },
    ]);
    expect((await linesOf(desk, id)).map(({ from }) => from)).toEqual([
      "customer",
      "agent",
      "person",
      "customer",
      "agent",
    ]);
    const audit = await desk.control<Page<{ action: string }>>("GET", `/v1/audit-entries?subjectId=${id}`);
    expect(audit.body.data.map(({ action }) => action)).toEqual(["chat.released", "chat.taken"]);
  });

  it("is not talked over by a turn that was under way", async () => {
    const { phone, stub } = await openChat(desk, "Hello");
    await ring(stub);
    const before = await textsOf(desk, phone);
    await writeFromPhone(desk, desk.supportId, phone, "My order arrived damaged");
    const { id } = await chatBodyOf(desk, phone);
    await thinkBy(
      stub,
      saying(async () => {
        await desk.control("POST", `/v1/chats/${id}/take`);
        return "too late";
      }),
    );
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual(before);
    await desk.control("POST", `/v1/chats/${id}/release`);
    await thinkBy(stub, saying("in time"));
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual([...before, "in time"]);
  });

  it("who has answered everything leaves the agent nothing to say", async () => {
    const { phone, stub } = await openChat(desk);
    await thinkBy(stub, saying("Hi"));
    await ring(stub);
    const { id } = await chatBodyOf(desk, phone);
    await desk.control("POST", `/v1/chats/${id}/take`);
    await desk.control("POST", `/v1/chats/${id}/messages`, { text: "All done." });
    await desk.control("POST", `/v1/chats/${id}/release`);
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual(["Hi", "All done."]);
  });
});

describe("the index", () => {
  it("[CHAT-12] shows no number in clear, here or in the database", async () => {
    const { phone, stub } = await openChat(desk);
    await ring(stub);
    const { customer } = await chatBodyOf(desk, phone);
    expect(customer).toBe(`•••• ${phone.slice(-4)}`);
    const rows = JSON.stringify(await testDb().select().from(chatTable));
    expect(rows).not.toContain(phone.slice(1));
    expect(JSON.stringify(await query(stub, "SELECT * FROM chat"))).not.toContain(phone.slice(1));
  });

  it("lists page by page, the latest message first", async () => {
    const other = await createDesk();
    const phones = [newPhone(), newPhone(), newPhone()];
    for (const phone of phones) {
      await writeFromPhone(other, other.supportId, phone, "Hello");
      await ring(await chatStub(other.supportId, phone));
    }
    const path = `/v1/instances/${other.supportId}/chats?limit=2`;
    const first = await other.control<Page<ChatBody>>("GET", path);
    const second = await other.control<Page<ChatBody>>("GET", `${path}&cursor=${first.body.nextCursor}`);
    expect([...first.body.data, ...second.body.data].map(({ customer }) => customer.slice(-4))).toEqual(
      phones.toReversed().map((phone) => phone.slice(-4)),
    );
    expect(second.body.nextCursor).toBeNull();
  });

  it("and the chats themselves are the organisation's own", async () => {
    const { phone, stub } = await openChat(desk);
    await ring(stub);
    const { id } = await chatBodyOf(desk, phone);
    const other = await createDesk();
    const missing = { status: 404, body: { code: "chat_not_found" } };
    expect(await other.control("GET", `/v1/chats/${id}/messages`)).toMatchObject(missing);
    for (const verb of ["take", "release"]) {
      expect(await other.control("POST", `/v1/chats/${id}/${verb}`)).toMatchObject(missing);
    }
    expect(await other.control("POST", `/v1/chats/${id}/messages`, { text: "Hi" })).toMatchObject(missing);
    expect(await other.control("GET", `/v1/instances/${desk.supportId}/chats`)).toMatchObject({
      status: 404,
    });
    const hello = { from: phone, text: "Hello" };
    expect(
      await other.control("POST", `/v1/instances/${desk.supportId}/simulator/messages`, hello),
    ).toMatchObject({ status: 404 });
  });
});
