/** What customers and models do that nobody hopes for: each is kept, answered once, and breaks nothing. */
import { runInDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { TURN_TIMEOUT_MS } from "../../src/agent/chats/limits.ts";
import { HONEST_SENTENCE } from "../../src/agent/chats/run-turn.ts";
import { runToolLoop } from "../../src/agent/gateway/index.ts";
import type { ChatAssistantMessage } from "../../src/contract/chat-completions.ts";
import type { ChatObject } from "../../src/worker.ts";
import { metaText, signMeta, signTwilioForm, twilioText } from "../support/webhook.ts";
import { BASE_URL } from "./support/call.ts";
import {
  type ChatStub,
  chatStub,
  crash,
  createProviderInstance,
  newPhone,
  phoneTexts,
  post,
  query,
  ring,
  saying,
  sentTo,
  thinkBy,
  writeFromPhone,
} from "./support/chats.ts";
import { openChat, textsOf } from "./support/conversations.ts";
import { createDesk, type Desk } from "./support/desk.ts";

let desk: Desk;
const instances = { twilio: "", "whatsapp-cloud": "" };
beforeAll(async () => {
  desk = await createDesk();
  instances.twilio = await createProviderInstance(desk, "twilio");
  instances["whatsapp-cloud"] = await createProviderInstance(desk, "whatsapp-cloud");
});

const historyOf = (stub: ChatStub) =>
  query<{ role: string; text: string }>(stub, "SELECT role, text FROM message ORDER BY seq");

describe.for(["twilio", "whatsapp-cloud"] as const)("over %s", (channel) => {
  const write = async (phone: string, id: string, text: string) => {
    const path = `/webhooks/${channel}/${instances[channel]}`;
    const seconds = Math.floor(Date.now() / 1_000);
    return post(
      channel === "twilio"
        ? await signTwilioForm(BASE_URL, path, twilioText(phone, id, text))
        : await signMeta(path, { messages: [metaText(phone, id, text, seconds)] }),
    );
  };

  it("[CHAT-08] takes 60,000 characters, only an emoji, and only white space", async () => {
    const phone = newPhone();
    const texts = ["x".repeat(60_000), "👩🏾‍🌾", " \n "];
    for (const [index, text] of texts.entries()) {
      expect((await write(phone, `${phone}-${index}`, text)).status).toBe(200);
    }
    const stub = await chatStub(instances[channel], phone);
    await thinkBy(stub, saying("I see"));
    await ring(stub);
    const history = await historyOf(stub);
    expect(history.filter(({ role }) => role === "customer").map(({ text }) => text)).toEqual(texts);
    expect(await sentTo(channel, phone)).toEqual(["I see"]);
  });

  it("[CHAT-06] says honestly that the model does not answer", async () => {
    const phone = newPhone();
    await write(phone, `${phone}-1`, "Hello");
    const stub = await chatStub(instances[channel], phone);
    await thinkBy(stub, async (call) => ({
      ...(await saying("")(call)),
      finishReason: "error",
    }));
    for (let alarm = 0; alarm < 4; alarm++) {
      await ring(stub);
    }
    expect(await sentTo(channel, phone)).toEqual([HONEST_SENTENCE]);
  });
});

it("[CHAT-08] answers a message that is only a picture, over Twilio", async () => {
  const phone = newPhone();
  const path = `/webhooks/twilio/${instances.twilio}`;
  const picture = {
    ...twilioText(phone, `${phone}-1`, ""),
    NumMedia: "1",
    MediaUrl0: "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages/MM0/Media/ME0",
    MediaContentType0: "image/jpeg",
  };
  expect((await post(await signTwilioForm(BASE_URL, path, picture))).status).toBe(200);
  const stub = await chatStub(instances.twilio, phone);
  await thinkBy(stub, saying("A fine picture"));
  await ring(stub);
  expect((await historyOf(stub))[0]).toEqual({
    role: "customer",
    text: "[The customer sent a file: image]",
  });
  expect(await sentTo("twilio", phone)).toEqual(["A fine picture"]);
});

it("[CHAT-04] answers fifty messages of one second on the simulator once, with all of them in the history", async () => {
  const phone = newPhone();
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => writeFromPhone(desk, desk.supportId, phone, `Line ${index}`)),
  );
  const stub = await chatStub(desk.supportId, phone);
  await thinkBy(stub, saying("All of it"));
  await ring(stub);
  await ring(stub);
  expect((await historyOf(stub)).filter(({ role }) => role === "customer")).toHaveLength(50);
  expect(await textsOf(desk, phone)).toEqual(["All of it"]);
});

it("[CHAT-06] gives a model that never ends one turn's time, and then says so", async () => {
  const { phone, stub } = await openChat(desk);
  let tries = 0;
  await thinkBy(stub, (call) => {
    tries += 1;
    const { signal } = call.input;
    return new Promise((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
  });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const ringing = ring(stub);
    await vi.waitUntil(() => tries === 1);
    // Inside of the object, as its own timer would ring.
    await runInDurableObject(stub, () => {
      vi.advanceTimersByTime(TURN_TIMEOUT_MS);
    });
    await ringing;
  } finally {
    vi.useRealTimers();
  }
  expect(await textsOf(desk, phone)).toEqual([HONEST_SENTENCE]);
  expect(tries).toBe(1);
});

describe("a turn that is cut off while it calls", () => {
  /** Runs until a model's answer with calls is written down, and ends there. */
  async function cutOff(phone: string): Promise<ChatStub> {
    await writeFromPhone(desk, desk.supportId, phone, "My order arrived damaged");
    const stub = await chatStub(desk.supportId, phone);
    await thinkBy(stub, ({ ctx, input }) =>
      runToolLoop({
        ctx,
        input: {
          ...input,
          onCalls: (message) => {
            input.onCalls?.(message);
            throw new Error("The process ends here.");
          },
        },
      }),
    );
    await ring(stub);
    await crash(stub);
    return stub;
  }

  it("[CHAT-02] makes the calls as the model wanted them, and does not ask it for them again", async () => {
    const phone = newPhone();
    const stub = await cutOff(phone);
    const begun: (ChatAssistantMessage | null | undefined)[] = [];
    const added: string[][] = [];
    await thinkBy(stub, async (call) => {
      begun.push(call.input.begun);
      const output = await runToolLoop(call);
      added.push(output.messages.map(({ role }) => role));
      return output;
    });
    await ring(stub);

    expect(begun).toEqual([expect.objectContaining({ role: "assistant", tool_calls: [expect.anything()] })]);
    expect(added).toEqual([["assistant", "tool", "assistant"]]);
    expect(await phoneTexts(desk, desk.supportId, phone)).toEqual([expect.stringContaining("SUP-10421")]);
    expect((await historyOf(stub)).map(({ role }) => role)).toEqual(["customer", "agent", "tool", "agent"]);
  });

  it("[CHAT-02] does not make them once a person has taken the chat, nor after the hand-back", async () => {
    const phone = newPhone();
    const stub = await cutOff(phone);
    await runInDurableObject(stub, (chat: ChatObject) => chat.take({ by: "usr_1" }));
    const begun: unknown[] = [];
    await runInDurableObject(stub, (chat: ChatObject) => chat.release());
    await thinkBy(stub, (call) => {
      begun.push(call.input.begun);
      return saying("Here again")(call);
    });
    await ring(stub);
    expect(begun).toEqual([null]);
    expect(await textsOf(desk, phone)).toEqual(["Here again"]);
  });
});
