/** Conversations: one turn for a burst, one reply for a turn, whatever breaks in between. */
import { runInDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { HONEST_SENTENCE } from "../../src/agent/chats/run-turn.ts";
import { runToolLoop } from "../../src/agent/gateway/index.ts";
import type { ChatMessage as ModelMessage } from "../../src/contract/chat-completions.ts";
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
import { chatBodyOf, linesOf, openChat, textsOf } from "./support/conversations.ts";
import { createDesk, type Desk, TICKET_TOOL } from "./support/desk.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await createDesk();
});

/** Ids of the ticket calls that reached the desk's plugin. */
async function ticketsOpenedBy({ supportId }: Desk): Promise<string[]> {
  const calls = (await (await fetch(`${inject("standInUrl")}/-/calls`)).json()) as {
    headers: Record<string, string>;
    body: string;
  }[];
  return calls
    .filter(({ body }) => body.includes(supportId))
    .map(({ headers }) => headers["idempotency-key"] ?? "");
}
describe("a turn", () => {
  it("[CHAT-14] answers with the right tool, and keeps what was done", async () => {
    const { phone, stub } = await openChat(desk, "My order arrived damaged");
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual([expect.stringContaining("SUP-10421")]);
    const { id } = await chatBodyOf(desk, phone);
    expect(await linesOf(desk, id)).toMatchObject([
      { from: "customer", text: "My order arrived damaged" },
      { from: "tool", tool: TICKET_TOOL },
      { from: "agent", text: expect.stringContaining("SUP-10421") },
    ]);
  });

  it("[CHAT-04] answers a burst once", async () => {
    const { phone, stub } = await openChat(desk, "one");
    for (const text of ["two", "three"]) {
      await writeFromPhone(desk, desk.supportId, phone, text);
    }
    const seen: (readonly ModelMessage[])[] = [];
    await thinkBy(stub, (call) => {
      seen.push(call.input.messages);
      return saying("Yes")(call);
    });
    await ring(stub);
    await ring(stub);
    expect(seen).toEqual([[{ role: "user", content: "one\ntwo\nthree" }]]);
    expect(await textsOf(desk, phone)).toEqual(["Yes"]);
  });

  it("[CHAT-04] waits for a moment of quiet, but not for ever", async () => {
    const { phone, stub } = await openChat(desk);
    const alarmAt = () => runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
    const [first] = await query<{ at: number }>(stub, "SELECT received_at AS at FROM inbox");
    expect(await alarmAt()).toBe((first?.at ?? 0) + 1_000);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("UPDATE inbox SET received_at = received_at - 4500");
    });
    await writeFromPhone(desk, desk.supportId, phone, "still here");
    expect(await alarmAt()).toBe((first?.at ?? 0) + 500);
  });

  it("[CHAT-04] leaves what comes in meanwhile to the next turn", async () => {
    const { phone, stub } = await openChat(desk, "first");
    await thinkBy(
      stub,
      saying(async () => {
        await writeFromPhone(desk, desk.supportId, phone, "second");
        return "to the first";
      }),
    );
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual(["to the first"]);
    await thinkBy(stub, saying("to the second"));
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual(["to the first", "to the second"]);
  });

  it("[CHAT-03] counts a message by its id once, for ever", async () => {
    const phone = newPhone();
    const write = (id: string) => writeFromPhone(desk, desk.supportId, phone, "Hello", id);
    expect((await write("m1")).body).toEqual({ messageId: "m1", isNew: true });
    expect((await write("m1")).body).toEqual({ messageId: "m1", isNew: false });
    const stub = await chatStub(desk.supportId, phone);
    await thinkBy(stub, saying("Hi"));
    await ring(stub);
    expect((await write("m1")).body.isNew).toBe(false);
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual(["Hi"]);
  });

  it("sends a long reply in parts, in order", async () => {
    const { phone, stub } = await openChat(desk);
    await thinkBy(stub, saying(`${"a".repeat(4_000)}. ${"b".repeat(4_000)}.`));
    await ring(stub);
    expect((await textsOf(desk, phone)).map((text) => text[0])).toEqual(["a", "b"]);
  });

  it("[CHAT-08] takes 60,000 characters, and only an emoji", async () => {
    const { phone, stub } = await openChat(desk, "😀");
    await writeFromPhone(desk, desk.supportId, phone, "x".repeat(60_000));
    await thinkBy(stub, saying("I see"));
    await ring(stub);
    const lines = await linesOf(desk, (await chatBodyOf(desk, phone)).id);
    expect(lines.map(({ text }) => text.length)).toEqual([2, 60_000, 5]);
  });
});

describe("a turn that breaks", () => {
  it("[CHAT-06] is tried three times, and then says so honestly", async () => {
    const { phone, stub } = await openChat(desk);
    let tries = 0;
    await thinkBy(stub, async () => {
      tries += 1;
      throw new Error("The model is down.");
    });
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual([]);
    const [turn] = await query<{ due: number }>(stub, "SELECT due_at AS due FROM turn");
    const alarm = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
    expect(alarm).toBe(turn?.due);
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual([]);
    await ring(stub);
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual([HONEST_SENTENCE]);
    expect(tries).toBe(3);
  });

  it("[CHAT-01] answers nothing twice when the handler runs twice, one after the other or side by side", async () => {
    const { phone, stub } = await openChat(desk);
    let turns = 0;
    await thinkBy(
      stub,
      saying(() => `Reply ${++turns}`),
    );
    await Promise.all([ring(stub), ring(stub)]);
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual(["Reply 1"]);
  });

  it("[CHAT-02] opens one ticket when it is repeated after a crash", async () => {
    const ours = await createDesk();
    const phone = newPhone();
    await writeFromPhone(ours, ours.supportId, phone, "My order arrived damaged");
    const stub = await chatStub(ours.supportId, phone);
    // The tool was called and the model has answered; the object dies before it could write that down.
    await thinkBy(stub, async (call) => {
      await runToolLoop(call);
      throw new Error("The process ends here.");
    });
    await ring(stub);
    await crash(stub);
    await ring(stub);
    expect(await ticketsOpenedBy(ours)).toHaveLength(1);
    expect(await phoneTexts(ours, ours.supportId, phone)).toEqual([expect.stringContaining("SUP-10421")]);
  });

  it("[CHAT-02] goes on after the calls that were made when the model fails after them", async () => {
    const ours = await createDesk();
    const phone = newPhone();
    await writeFromPhone(ours, ours.supportId, phone, "My order arrived damaged");
    const stub = await chatStub(ours.supportId, phone);
    await thinkBy(stub, async (call) => ({ ...(await runToolLoop(call)), text: "", finishReason: "error" }));
    await ring(stub);
    const seen: (readonly ModelMessage[])[] = [];
    await thinkBy(stub, (call) => {
      seen.push(call.input.messages);
      return saying("Done")(call);
    });
    await ring(stub);
    expect(seen[0]?.map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
    expect(await phoneTexts(ours, ours.supportId, phone)).toEqual(["Done"]);
  });

  it("[CHAT-02] calls again under the same id when nobody knows whether the call arrived", async () => {
    const ours = await createDesk();
    const phone = newPhone();
    await writeFromPhone(ours, ours.supportId, phone, "My order arrived damaged");
    const stub = await chatStub(ours.supportId, phone);
    await thinkBy(stub, async (call) => {
      const { onSteps: _, ...input } = call.input;
      await runToolLoop({ ...call, input });
      throw new Error("The process ends here.");
    });
    await ring(stub);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("UPDATE ledger SET outcome = NULL");
    });
    await crash(stub);
    await ring(stub);
    const [first, second, ...more] = await ticketsOpenedBy(ours);
    expect(second).toBe(first);
    expect(more).toEqual([]);
  });

  it("[CHAT-01] sends a simulator's reply after a crash in the middle of sending, since that can do no harm", async () => {
    const { phone, stub } = await openChat(desk);
    await thinkBy(stub, saying("Hi"));
    await ring(stub);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("UPDATE outbox SET state = 'sending', provider_id = NULL");
    });
    expect(await textsOf(desk, phone)).toEqual([]);
    await crash(stub);
    await ring(stub);
    expect(await textsOf(desk, phone)).toEqual(["Hi"]);
  });

  it("[CHAT-01] goes on where it was when the object is evicted before the alarm", async () => {
    const { phone, stub } = await openChat(desk, "My order arrived damaged");
    await crash(stub);
    await ring(stub);
    expect(await textsOf(desk, phone)).toHaveLength(1);
  });
});
