/** Meta's webhooks. */
import { describe, expect, test } from "vitest";
import type { WebhookRequest } from "../../../src/channels/channel.ts";
import { WEBHOOK_MAX_AGE_MS } from "../../../src/channels/limits.ts";
import { answerChallenge } from "../../../src/channels/whatsapp-cloud/verify-request.ts";
import { whatsAppCloud } from "../../../src/channels/whatsapp-cloud/whatsapp-cloud.ts";
import { CHANNEL_CREDENTIALS } from "../../support/stand-in.ts";
import { metaText, signMeta } from "../../support/webhook.ts";

const CREDENTIALS = CHANNEL_CREDENTIALS["whatsapp-cloud"];
const NOW = Date.UTC(2026, 4, 10, 9, 30);
const NOW_SECONDS = NOW / 1_000;
const CUSTOMER = "+254711223344";

type Value = Parameters<typeof signMeta>[1];

async function read(value: Value, change: Partial<WebhookRequest> = {}, options = {}) {
  const { headers, body } = await signMeta("/", value, options);
  const request: WebhookRequest = {
    url: "https://kivuko.test/",
    headers: new Headers(headers),
    body: new TextEncoder().encode(body) as Uint8Array<ArrayBuffer>,
    receivedAt: NOW,
    ...change,
  };
  return whatsAppCloud.inbound?.read(request, CREDENTIALS);
}

const message = (fields: object) => ({
  from: "254711223344",
  id: "wamid.1",
  timestamp: String(NOW_SECONDS),
  ...fields,
});
async function partsOf(fields: object) {
  const content = await read({ messages: [message(fields)] });
  return content?.ok ? content.value.messages[0]?.message.parts : content?.error;
}

describe("a webhook", () => {
  const text = metaText(CUSTOMER, "wamid.1", "My order arrived damaged", NOW_SECONDS);

  test("is read when the app's secret signed its bytes", async () => {
    expect(await read({ messages: [text] })).toMatchObject({
      ok: true,
      value: {
        messages: [
          {
            from: CUSTOMER,
            message: {
              providerId: "wamid.1",
              sentAt: NOW,
              parts: [{ type: "text", text: "My order arrived damaged" }],
            },
          },
        ],
        statuses: [],
      },
    });
  });

  test("is refused with another signature, another body or none", async () => {
    const forged = { ok: false, error: "forged" };
    expect(await read({ messages: [text] }, {}, { appSecret: "somebody-elses-secret" })).toEqual(forged);
    const body = new TextEncoder().encode("{}") as Uint8Array<ArrayBuffer>;
    expect(await read({ messages: [text] }, { body })).toEqual(forged);
    expect(await read({ messages: [text] }, { headers: new Headers() })).toEqual(forged);
    const headers = new Headers({ "x-hub-signature-256": "sha256=xyz" });
    expect(await read({ messages: [text] }, { headers })).toEqual(forged);
  });

  test("is stale when Meta would have given up on it", async () => {
    const receivedAt = NOW + WEBHOOK_MAX_AGE_MS;
    expect(await read({ messages: [text] }, { receivedAt })).toMatchObject({ ok: true });
    expect(await read({ messages: [text] }, { receivedAt: receivedAt + 1 })).toEqual({
      ok: false,
      error: "stale",
    });
  });

  test("about another number of the same app tells us nothing", async () => {
    expect(await read({ messages: [text] }, {}, { phoneNumberId: "1" })).toMatchObject({
      ok: true,
      value: { messages: [], statuses: [] },
    });
  });
});

describe("every type of message is stored", () => {
  test.for([
    [
      { type: "image", image: { id: "7", mime_type: "image/jpeg", caption: "Broken" } },
      { type: "media", kind: "image", reference: "7", contentType: "image/jpeg", caption: "Broken" },
    ],
    [
      { type: "document", document: { id: "8", filename: "receipt.pdf" } },
      { type: "media", kind: "document", fileName: "receipt.pdf", contentType: null },
    ],
    [
      { type: "sticker", sticker: { id: "9" } },
      { type: "media", kind: "sticker" },
    ],
    [
      { type: "audio", audio: { id: "9", voice: true } },
      { type: "media", kind: "audio" },
    ],
    [
      { type: "location", location: { latitude: -1.28, longitude: 36.82 } },
      { type: "location", latitude: -1.28, name: null },
    ],
    [
      { type: "button", button: { text: "Yes", payload: "p1" } },
      { type: "button", text: "Yes", payload: "p1" },
    ],
    [
      { type: "interactive", interactive: { type: "button_reply", button_reply: { id: "b", title: "No" } } },
      { type: "button", text: "No", payload: "b" },
    ],
    [
      { type: "interactive", interactive: { type: "list_reply", list_reply: { id: "l", title: "Two" } } },
      { type: "button", text: "Two", payload: "l" },
    ],
    [
      { type: "reaction", reaction: { emoji: "👍", message_id: "wamid.0" } },
      { type: "reaction", emoji: "👍", to: "wamid.0" },
    ],
    [
      { type: "contacts", contacts: [{ name: { formatted_name: "Amina" } }] },
      { type: "contacts", names: ["Amina"] },
    ],
    [
      { type: "order", order: { catalog_id: "1" } },
      { type: "unknown", providerType: "order" },
    ],
    [{ type: "hologram" }, { type: "unknown", providerType: "hologram" }],
    [
      { type: "text", text: { body: 7 } },
      { type: "unknown", providerType: "text" },
    ],
  ] as const)("%j", async ([fields, part]) => {
    expect(await partsOf(fields)).toMatchObject([part]);
  });

  test("one that cannot be read does not hide the one beside it", async () => {
    const content = await read({
      messages: [{ nonsense: true }, message({ type: "text", text: { body: "Hi" } })],
    });
    expect(content?.ok && content.value.messages).toHaveLength(1);
  });
});

test("a status says how far a message of ours came", async () => {
  const status = { id: "wamid.9", recipient_id: "254711223344", timestamp: String(NOW_SECONDS) };
  const content = await read({
    statuses: [
      { ...status, status: "read" },
      { ...status, status: "failed", errors: [{ code: 131_047, title: "Re-engagement message" }] },
      { ...status, status: "warning" },
    ],
  });
  expect(content?.ok && content.value.statuses).toEqual([
    { to: CUSTOMER, status: { providerId: "wamid.9", stage: "read", errorCode: null } },
    { to: CUSTOMER, status: { providerId: "wamid.9", stage: "failed", errorCode: "outside_window" } },
  ]);
});

test("the set-up request is answered for the token that was chosen, and for no other", async () => {
  const query = (token: string, mode = "subscribe") =>
    new URLSearchParams({ "hub.mode": mode, "hub.verify_token": token, "hub.challenge": "1158201444" });
  const { verifyToken } = CREDENTIALS;
  expect(await answerChallenge(query(verifyToken), verifyToken)).toBe("1158201444");
  expect(await answerChallenge(query("another"), verifyToken)).toBeNull();
  expect(await answerChallenge(query(verifyToken, "unsubscribe"), verifyToken)).toBeNull();
  expect(await answerChallenge(new URLSearchParams(), verifyToken)).toBeNull();
});
