/** Conversations in tests: the objects themselves, their work on demand, and what the providers' stand-ins took. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, inject } from "vitest";
import type { Think } from "../../../src/agent/chats/run-turn.ts";
import { chatOf } from "../../../src/channels/chat-name.ts";
import type { ChatObject } from "../../../src/worker.ts";
import { CHANNEL_CREDENTIALS, type SentText } from "../../support/stand-in.ts";
import type { SignedWebhook } from "../../support/webhook.ts";
import { BASE_URL } from "./call.ts";
import type { Desk } from "./desk.ts";

export type ChatStub = DurableObjectStub<ChatObject>;

/** The conversation of a number with an instance. */
export async function chatStub(instanceId: string, phone: string): Promise<ChatStub> {
  return (await chatOf(env.CHATS, instanceId, phone)) as ChatStub;
}

/** Runs the alarm's handler now, whatever it is set to, and waits for its end. */
export function ring(stub: ChatStub): Promise<void> {
  return runInDurableObject(stub, (chat: ChatObject) => chat.alarm());
}

/** Puts a model of the test's own into the object, until it is evicted. The alarm rings only by hand from here on. */
export function thinkBy(stub: ChatStub, think: Think): Promise<void> {
  return runInDurableObject(stub, async (chat: ChatObject, { storage }) => {
    chat.think = think;
    await storage.deleteAlarm();
  });
}

/** Ends the object as a crash does: its memory is gone, its storage stays, and nothing happens until it is woken. */
export async function crash(stub: ChatStub): Promise<void> {
  await runInDurableObject(stub, (_, { storage }) => storage.deleteAlarm());
  await evictDurableObject(stub);
}

/** A model that says this. */
export function saying(text: string | (() => string | Promise<string>)): Think {
  return async () => {
    const said = typeof text === "string" ? text : await text();
    return {
      messages: [{ role: "assistant", content: said }],
      text: said,
      usage: { inputTokens: 1, outputTokens: 1 },
      finishReason: "stop",
    };
  };
}

/** Rows out of the object's own storage. */
export function query<Row extends Record<string, SqlStorageValue>>(
  stub: ChatStub,
  text: string,
): Promise<Row[]> {
  return runInDurableObject(stub, (_, { storage }) => storage.sql.exec<Row>(text).toArray());
}

/** What the phone of a simulator got. */
export async function phoneTexts(desk: Desk, instanceId: string, phone: string): Promise<string[]> {
  const { body } = await desk.control<{ data: { text: string }[] }>(
    "GET",
    `/v1/instances/${instanceId}/simulator/messages?phone=${encodeURIComponent(phone)}`,
  );
  return body.data.map(({ text }) => text);
}

export function writeFromPhone(
  desk: Desk,
  instanceId: string,
  from: string,
  text: string,
  messageId?: string,
) {
  return desk.control<{ messageId: string; isNew: boolean }>(
    "POST",
    `/v1/instances/${instanceId}/simulator/messages`,
    { from, text, ...(messageId !== undefined && { messageId }) },
  );
}

let numbers = 0;

/** An instance whose provider is the stand-in, with the desk's plugin granted. */
export async function createProviderInstance(
  desk: Desk,
  channel: "twilio" | "whatsapp-cloud",
): Promise<string> {
  numbers += 1;
  const address =
    channel === "twilio" ? { apiBaseUrl: inject("twilioUrl") } : { graphBaseUrl: inject("whatsAppCloudUrl") };
  const created = await desk.control<{ id: string }>("POST", "/v1/instances", {
    name: "Support WhatsApp",
    channel,
    phoneNumber: `+2547123456${String(numbers).padStart(2, "0")}`,
    credentials: { ...CHANNEL_CREDENTIALS[channel], ...address },
  });
  await desk.control("PUT", `/v1/instances/${created.body.id}/grants/${desk.installation.id}`, {});
  return created.body.id;
}

/** What the provider's stand-in took for this phone. */
export async function sentTo(channel: "twilio" | "whatsapp-cloud", phone: string): Promise<string[]> {
  const url = inject(channel === "twilio" ? "twilioUrl" : "whatsAppCloudUrl");
  const taken = (await (await fetch(`${url}/-/messages`)).json()) as SentText[];
  return taken.filter(({ to }) => to === phone).map(({ text }) => text);
}

/** Sends a provider's webhook; the answer's status and text. */
export async function post({
  path,
  headers,
  body,
}: SignedWebhook): Promise<{ status: number; text: string }> {
  const response = await exports.default.fetch(BASE_URL + path, {
    method: "POST",
    headers: { ...headers },
    body,
  });
  return { status: response.status, text: await response.text() };
}

let phones = 0;

/** A customer that no other test has: the stand-ins serve all files. `ending` chooses how a stand-in behaves. */
export function newPhone(ending = ""): string {
  phones += 1;
  const file = fileNumber();
  return ending === ""
    ? `+25471${String(file).padStart(4, "0")}${String(phones).padStart(3, "0")}`
    : `+2547${String(file % 100).padStart(2, "0")}${String(phones).padStart(3, "0")}${ending}`;
}

/** Up to four digits out of the test file's name, the same at every run. */
function fileNumber(): number {
  let number = 0;
  for (const character of expect.getState().testPath ?? "") {
    number = (number * 31 + (character.codePointAt(0) ?? 0)) % 9_973;
  }
  return number;
}
