/** What the WhatsApp providers send us, and what goes back to them. */
import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { ChatObject } from "../../src/worker.ts";
import { CHANNEL_CREDENTIALS } from "../support/stand-in.ts";
import {
  metaText,
  type SignedWebhook,
  signMeta,
  signTwilioForm,
  signTwilioJson,
  twilioText,
} from "../support/webhook.ts";
import { BASE_URL } from "./support/call.ts";
import {
  type ChatStub,
  chatStub,
  createProviderInstance,
  newPhone,
  post,
  query,
  ring,
  saying,
  sentTo,
  thinkBy,
} from "./support/chats.ts";
import { createDesk, type Desk } from "./support/desk.ts";

const DAY_SECONDS = 24 * 60 * 60;
const DAMAGED = "My order arrived damaged";

type ProviderName = "twilio" | "whatsapp-cloud";
type OutboundRow = { state: string; error: string | null; tries: number };

let desk: Desk;
const instances = {} as Record<ProviderName, string>;
beforeAll(async () => {
  desk = await createDesk();
  instances.twilio = await createProviderInstance(desk, "twilio");
  instances["whatsapp-cloud"] = await createProviderInstance(desk, "whatsapp-cloud");
});

const pathOf = (channel: ProviderName) => `/webhooks/${channel}/${instances[channel]}`;
const nowSeconds = () => Math.floor(Date.now() / 1_000);

/** A text message as the provider would send it. */
function textFrom(channel: ProviderName, phone: string, id: string, text: string): Promise<SignedWebhook> {
  return channel === "twilio"
    ? signTwilioForm(BASE_URL, pathOf(channel), twilioText(phone, id, text))
    : signMeta(pathOf(channel), { messages: [metaText(phone, id, text, nowSeconds())] });
}

const stubOf = (channel: ProviderName, phone: string) => chatStub(instances[channel], phone);
const outboxOf = (stub: ChatStub) =>
  query<OutboundRow>(stub, "SELECT state, error_code AS error, tries FROM outbox ORDER BY seq");
const isEmpty = (stub: ChatStub) =>
  runInDurableObject(
    stub,
    (_, { storage }) =>
      storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'chat'").toArray().length === 0,
  );

describe.for(["twilio", "whatsapp-cloud"] as const)("%s", (channel) => {
  it("answers at once, and the customer gets the ticket's number", async () => {
    const phone = newPhone();
    const { status, text } = await post(await textFrom(channel, phone, `${phone}-1`, DAMAGED));
    expect({ status, text }).toEqual({ status: 200, text: channel === "twilio" ? "<Response/>" : "" });
    expect(await sentTo(channel, phone)).toEqual([]);
    await ring(await stubOf(channel, phone));
    expect(await sentTo(channel, phone)).toEqual([expect.stringContaining("SUP-10421")]);
  });

  it("[CHAT-03] stores a message once, however often it comes", async () => {
    const phone = newPhone();
    const webhook = await textFrom(channel, phone, `${phone}-1`, "Hello");
    await Promise.all([post(webhook), post(webhook), post(webhook)]);
    const stub = await stubOf(channel, phone);
    await thinkBy(stub, saying("Hi"));
    await ring(stub);
    expect((await post(webhook)).status).toBe(200);
    await ring(stub);
    expect(await query(stub, "SELECT id FROM inbox")).toHaveLength(1);
    expect(await sentTo(channel, phone)).toEqual(["Hi"]);
  });

  it("[CHAT-04] answers fifty messages of one second with one reply", async () => {
    const phone = newPhone();
    const webhooks = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        textFrom(channel, phone, `${phone}-${index}`, `Line ${index}`),
      ),
    );
    await Promise.all(webhooks.map(post));
    const stub = await stubOf(channel, phone);
    await thinkBy(stub, saying("All of it"));
    await ring(stub);
    expect(await query(stub, "SELECT id FROM inbox WHERE is_taken = 1")).toHaveLength(50);
    expect(await sentTo(channel, phone)).toEqual(["All of it"]);
  });

  it("[CHAT-05] refuses what somebody else signed, altered or sent elsewhere, and stores nothing", async () => {
    const phone = newPhone();
    const genuine = await textFrom(channel, phone, `${phone}-1`, "Hello");
    const other = channel === "twilio" ? "whatsapp-cloud" : "twilio";
    const forgeries: [SignedWebhook, number][] = [
      [{ ...genuine, body: genuine.body.replace("Hello", "Hollo") }, 403],
      [{ ...genuine, headers: { "content-type": genuine.headers["content-type"] ?? "" } }, 403],
      [{ ...genuine, path: pathOf(other) }, 403],
      [{ ...genuine, path: `/webhooks/${channel}/inst_unknown` }, 404],
      [{ ...genuine, path: `/webhooks/${channel}/${desk.supportId}` }, 404],
      [{ ...genuine, path: `/webhooks/simulator/${desk.supportId}` }, 404],
    ];
    for (const [forgery, status] of forgeries) {
      expect((await post(forgery)).status).toBe(status);
    }
    expect(await isEmpty(await stubOf(channel, phone))).toBe(true);
    expect(await isEmpty(await stubOf(other, phone))).toBe(true);
  });

  it("[CHAT-05] refuses a body over the limit", async () => {
    const phone = newPhone();
    const webhook = await textFrom(channel, phone, `${phone}-1`, "x".repeat(1024 * 1024));
    expect((await post(webhook)).status).toBe(413);
    expect(await isEmpty(await stubOf(channel, phone))).toBe(true);
  });

  it("[CHAT-07] does not send twice what may have gone out before a crash", async () => {
    const phone = newPhone();
    await post(await textFrom(channel, phone, `${phone}-1`, "Hello"));
    const stub = await stubOf(channel, phone);
    await thinkBy(stub, saying("Hi"));
    await ring(stub);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("UPDATE outbox SET state = 'sending', provider_id = NULL");
    });
    await ring(stub);
    await ring(stub);
    expect(await sentTo(channel, phone)).toEqual(["Hi"]);
    expect(await outboxOf(stub)).toEqual([{ state: "unknown", error: "interrupted", tries: 1 }]);
  });

  it("[CHAT-09] takes statuses in any order, any number of times, also before it knows the message", async () => {
    const phone = newPhone();
    await post(await textFrom(channel, phone, `${phone}-1`, "Hello"));
    const stub = await stubOf(channel, phone);
    await thinkBy(stub, saying("Hi"));
    await ring(stub);
    const [sent] = await query<{ id: string }>(stub, "SELECT provider_id AS id FROM outbox");
    const statusOf = (status: string, id = sent?.id ?? "") =>
      channel === "twilio"
        ? signTwilioForm(BASE_URL, pathOf(channel), {
            MessageSid: id,
            MessageStatus: status,
            To: `whatsapp:${phone}`,
          })
        : signMeta(pathOf(channel), {
            statuses: [{ id, status, recipient_id: phone.slice(1), timestamp: String(nowSeconds()) }],
          });
    for (const status of ["read", "delivered", "sent", "read", "failed"]) {
      expect((await post(await statusOf(status))).status).toBe(200);
    }
    await post(await statusOf("delivered", "not-known-yet"));
    const [line] = await runInDurableObject(stub, (chat: ChatObject) =>
      chat.readOutbound({ limit: 1, after: 0 }),
    );
    expect(line).toMatchObject({ state: "sent", stage: "read", errorCode: null });
    expect(await sentTo(channel, phone)).toEqual(["Hi"]);
  });

  it("makes nothing of a status for somebody who never wrote", async () => {
    const phone = newPhone();
    const webhook =
      channel === "twilio"
        ? await signTwilioForm(BASE_URL, pathOf(channel), {
            MessageSid: "SM0",
            MessageStatus: "delivered",
            To: `whatsapp:${phone}`,
          })
        : await signMeta(pathOf(channel), {
            statuses: [{ id: "wamid.0", status: "delivered", recipient_id: phone.slice(1) }],
          });
    expect((await post(webhook)).status).toBe(200);
    expect(await isEmpty(await stubOf(channel, phone))).toBe(true);
  });

  it("[CHAT-11] does not write outside of the customer service window, and a person is told", async () => {
    const phone = newPhone();
    await post(await textFrom(channel, phone, `${phone}-1`, "Hello"));
    const stub = await stubOf(channel, phone);
    await thinkBy(stub, saying("Hi"));
    await ring(stub);
    const [row] = await query<{ id: string }>(stub, "SELECT id FROM chat");
    await desk.control("POST", `/v1/chats/${row?.id}/take`);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("UPDATE chat SET last_inbound_at = last_inbound_at - 86400001");
    });
    const written = await desk.control("POST", `/v1/chats/${row?.id}/messages`, { text: "Are you there?" });
    expect(written).toMatchObject({ status: 409, body: { code: "outside_window" } });
    expect(await sentTo(channel, phone)).toEqual(["Hi"]);
  });

  it("notes that the provider found the window closed", async () => {
    const phone = newPhone(channel === "twilio" ? "63016" : "131047");
    await post(await textFrom(channel, phone, `${phone}-1`, "Hello"));
    const stub = await stubOf(channel, phone);
    await thinkBy(stub, saying("Hi"));
    await ring(stub);
    await ring(stub);
    expect(await outboxOf(stub)).toEqual([{ state: "failed", error: "outside_window", tries: 1 }]);
  });
});

describe("twilio", () => {
  it("reads JSON whose hash is in the signed address", async () => {
    const phone = newPhone();
    const webhook = await signTwilioJson(
      BASE_URL,
      pathOf("twilio"),
      twilioText(phone, `${phone}-1`, "Hello"),
    );
    expect((await post({ ...webhook, body: webhook.body.replace("Hello", "Hollo") })).status).toBe(403);
    expect((await post(webhook)).status).toBe(200);
    expect(await query(await stubOf("twilio", phone), "SELECT id FROM inbox")).toHaveLength(1);
  });

  it("[CHAT-07] is asked again when it has no room, later and not forever", async () => {
    const phone = newPhone("0429");
    await post(await textFrom("twilio", phone, `${phone}-1`, "Hello"));
    const stub = await stubOf("twilio", phone);
    await thinkBy(stub, saying("Hi"));
    await ring(stub);
    expect(await outboxOf(stub)).toEqual([{ state: "waiting", error: "20429", tries: 1 }]);
    await ring(stub);
    expect(await outboxOf(stub)).toEqual([{ state: "sent", error: null, tries: 2 }]);
    expect(await sentTo("twilio", phone)).toEqual(["Hi"]);
  });

  it("[CHAT-07] is not asked again when nobody knows whether it took the message", async () => {
    const phone = newPhone("0500");
    await post(await textFrom("twilio", phone, `${phone}-1`, "Hello"));
    const stub = await stubOf("twilio", phone);
    await thinkBy(stub, saying("Hi"));
    await ring(stub);
    await ring(stub);
    expect(await outboxOf(stub)).toEqual([{ state: "unknown", error: "provider_connect_failed", tries: 1 }]);
    expect(await sentTo("twilio", phone)).toEqual(["Hi"]);
  });
});

describe("whatsapp-cloud", () => {
  it("sets its webhook up with the token that was chosen", async () => {
    const setUp = (token: string) =>
      exports.default.fetch(
        `${BASE_URL}${pathOf("whatsapp-cloud")}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`,
      );
    const answer = await setUp(CHANNEL_CREDENTIALS["whatsapp-cloud"].verifyToken);
    expect([answer.status, await answer.text()]).toEqual([200, "1158201444"]);
    expect((await setUp("guessed")).status).toBe(403);
    expect((await exports.default.fetch(`${BASE_URL}${pathOf("twilio")}`)).status).toBe(403);
  });

  it("[CHAT-05] refuses a webhook that is played again after Meta gave up, and stores nothing", async () => {
    const phone = newPhone();
    const webhook = await signMeta(pathOf("whatsapp-cloud"), {
      messages: [metaText(phone, `${phone}-1`, "Hello", nowSeconds() - 8 * DAY_SECONDS)],
    });
    expect((await post(webhook)).status).toBe(403);
    expect(await isEmpty(await stubOf("whatsapp-cloud", phone))).toBe(true);
  });

  it("brings several customers in one webhook, each to a chat of their own", async () => {
    const phones = [newPhone(), newPhone()];
    const messages = phones.map((phone) => metaText(phone, `${phone}-1`, "Hello", nowSeconds()));
    await post(await signMeta(pathOf("whatsapp-cloud"), { messages }));
    for (const phone of phones) {
      expect(await query(await stubOf("whatsapp-cloud", phone), "SELECT id FROM inbox")).toHaveLength(1);
    }
  });

  it("[CHAT-08] answers a message that is only a picture, and keeps where it is", async () => {
    const phone = newPhone();
    const image = { id: "media-1", mime_type: "image/jpeg" };
    const message = {
      ...metaText(phone, `${phone}-1`, "", nowSeconds()),
      type: "image",
      text: undefined,
      image,
    };
    await post(await signMeta(pathOf("whatsapp-cloud"), { messages: [message] }));
    const stub = await stubOf("whatsapp-cloud", phone);
    await ring(stub);
    const [line] = await query<{ text: string; parts: string }>(stub, "SELECT text, parts FROM message");
    expect(line?.text).toBe("[The customer sent a file: image]");
    expect(JSON.parse(line?.parts ?? "")).toMatchObject([{ type: "media", reference: "media-1" }]);
    expect(await sentTo("whatsapp-cloud", phone)).toHaveLength(1);
  });

  it("is asked in a form that it takes: another token is refused, and the customer's message stays", async () => {
    const phone = newPhone();
    const id = instances["whatsapp-cloud"];
    const change = (accessToken: string) =>
      desk.control("PATCH", `/v1/instances/${id}`, { credentials: { accessToken } });
    await change("an-access-token-that-was-revoked");
    await post(await textFrom("whatsapp-cloud", phone, `${phone}-1`, "Hello"));
    const stub = await stubOf("whatsapp-cloud", phone);
    await thinkBy(stub, saying("Hi"));
    await ring(stub);
    expect(await outboxOf(stub)).toEqual([{ state: "failed", error: "190", tries: 1 }]);
    await change(CHANNEL_CREDENTIALS["whatsapp-cloud"].accessToken);
  });
});

it("a conversation is found by its hash, never by its number", async () => {
  const phone = newPhone();
  const stub = await stubOf("twilio", phone);
  expect(stub.id.toString()).not.toContain(phone.slice(1));
  expect(env.CHATS.idFromName(`${instances.twilio}:${phone}`).toString()).not.toBe(stub.id.toString());
});
