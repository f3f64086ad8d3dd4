/** Twilio's webhooks. The signatures are those that Twilio's own documentation and library are tested with. */
import { describe, expect, test } from "vitest";
import type { WebhookRequest } from "../../../src/channels/channel.ts";
import { parseTwilioWebhook } from "../../../src/channels/twilio/parse-webhook.ts";
import { isFromTwilio } from "../../../src/channels/twilio/verify-request.ts";

const TOKEN = "12345";
const URL_WITH_QUERY = "https://mycompany.com/myapp.php?foo=1&bar=2";
const CALL = {
  CallSid: "CA1234567890ABCDE",
  Caller: "+14158675309",
  Digits: "1234",
  From: "+14158675309",
  To: "+18005551212",
};
const RECEIVED_AT = Date.UTC(2026, 4, 10);

function request(
  body: string,
  {
    url = URL_WITH_QUERY,
    signature = "",
    contentType = "application/x-www-form-urlencoded",
  }: { url?: string; signature?: string; contentType?: string } = {},
): WebhookRequest {
  return {
    url,
    headers: new Headers({ "content-type": contentType, "x-twilio-signature": signature }),
    body: new TextEncoder().encode(body) as Uint8Array<ArrayBuffer>,
    receivedAt: RECEIVED_AT,
  };
}
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

describe("the signature", () => {
  const signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";

  test("of a form is over the address and the sorted parameters", async () => {
    expect(await isFromTwilio(request(form(CALL), { signature }), TOKEN)).toBe(true);
    const shuffled = form(Object.fromEntries(Object.entries(CALL).toReversed()));
    expect(await isFromTwilio(request(shuffled, { signature }), TOKEN)).toBe(true);
  });

  test.for([
    ["another token", form(CALL), { signature }, "54321"],
    ["a changed parameter", form({ ...CALL, Digits: "1235" }), { signature }, TOKEN],
    ["an added parameter", form({ ...CALL, Extra: "1" }), { signature }, TOKEN],
    ["another address", form(CALL), { signature, url: `${URL_WITH_QUERY}1` }, TOKEN],
    ["no signature", form(CALL), {}, TOKEN],
    ["what is no base64", form(CALL), { signature: "%%%" }, TOKEN],
    ["a form that is said to be JSON", form(CALL), { signature, contentType: "application/json" }, TOKEN],
  ] as const)("does not fit %s", async ([, body, options, token]) => {
    expect(await isFromTwilio(request(body, options), token)).toBe(false);
  });

  test("of JSON is over the address, which carries the body's hash", async () => {
    const hash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    const signed = {
      url: `${URL_WITH_QUERY}&bodySHA256=${hash}`,
      signature: "a9nBmqA0ju/hNViExpshrM61xv4=",
      contentType: "application/json",
    };
    const body = '{"property": "value", "boolean": true}';
    expect(await isFromTwilio(request(body, signed), TOKEN)).toBe(true);
    expect(await isFromTwilio(request(body.replace("true", "false"), signed), TOKEN)).toBe(false);
    const unhashed = { ...signed, url: URL_WITH_QUERY };
    expect(await isFromTwilio(request(body, unhashed), TOKEN)).toBe(false);
  });
});

const MESSAGE = { MessageSid: "SM1", From: "whatsapp:+254711223344", To: "whatsapp:+254712345678" };
const partsOf = (fields: Record<string, string>) =>
  parseTwilioWebhook(request(form({ ...MESSAGE, ...fields })))?.messages[0]?.message.parts;

describe("a message", () => {
  test("comes under Twilio's id, from a number in E.164", () => {
    expect(parseTwilioWebhook(request(form({ ...MESSAGE, Body: "Hi", Unheard: "of" })))).toEqual({
      messages: [
        {
          from: "+254711223344",
          message: { providerId: "SM1", sentAt: RECEIVED_AT, parts: [{ type: "text", text: "Hi" }] },
        },
      ],
      statuses: [],
    });
  });

  test("with files, a place, a button or nothing that we know", () => {
    expect(
      partsOf({
        Body: "Look",
        NumMedia: "2",
        MediaUrl0: "https://api.twilio.com/m/0",
        MediaContentType0: "image/jpeg",
        MediaUrl1: "https://api.twilio.com/m/1",
        MediaContentType1: "application/pdf",
      }),
    ).toMatchObject([
      { type: "text", text: "Look" },
      { type: "media", kind: "image", reference: "https://api.twilio.com/m/0" },
      { type: "media", kind: "document", contentType: "application/pdf" },
    ]);
    expect(partsOf({ Latitude: "-1.28", Longitude: "36.82", Label: "Duka" })).toEqual([
      { type: "location", latitude: -1.28, longitude: 36.82, name: "Duka", address: null },
    ]);
    expect(partsOf({ Body: "Yes", ButtonText: "Yes", ButtonPayload: "yes_1" })).toEqual([
      { type: "button", text: "Yes", payload: "yes_1" },
    ]);
    expect(partsOf({ Body: "" })).toEqual([{ type: "unknown", providerType: "empty" }]);
    expect(partsOf({ NumMedia: "not a number" })).toEqual([{ type: "unknown", providerType: "empty" }]);
  });

  test("from somebody without a number is nobody's", () => {
    expect(parseTwilioWebhook(request(form({ ...MESSAGE, From: "whatsapp:KE.1234abcd" })))).toEqual({
      messages: [],
      statuses: [],
    });
  });

  test("as JSON is read by the same names, and anything else is not read", () => {
    const json = { contentType: "application/json" };
    expect(
      parseTwilioWebhook(request(JSON.stringify({ ...MESSAGE, Body: "Hi" }), json))?.messages,
    ).toHaveLength(1);
    for (const body of ["[]", "null", "{", "7"]) {
      expect(parseTwilioWebhook(request(body, json))).toBeNull();
    }
  });
});

test("a status says how far a message of ours came", () => {
  const statusOf = (fields: Record<string, string>) =>
    parseTwilioWebhook(request(form({ MessageSid: "SM2", To: "whatsapp:+254711223344", ...fields })))
      ?.statuses;
  const status = { providerId: "SM2", errorCode: null };
  expect(statusOf({ MessageStatus: "delivered" })).toEqual([
    { to: "+254711223344", status: { ...status, stage: "delivered" } },
  ]);
  expect(statusOf({ MessageStatus: "undelivered", ErrorCode: "63016" })).toEqual([
    { to: "+254711223344", status: { ...status, stage: "failed", errorCode: "outside_window" } },
  ]);
  expect(statusOf({ MessageStatus: "queued" })).toEqual([]);
});
