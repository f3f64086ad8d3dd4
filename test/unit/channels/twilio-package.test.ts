/** The official package as the other side: what Twilio signs we take, and its client finds our stand-in to be Twilio. */
import twilio from "twilio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isFromTwilio } from "../../../src/channels/twilio/verify-request.ts";
import type { LoopbackServer } from "../../support/loopback-server.ts";
import { CHANNEL_CREDENTIALS, CONTENT_SID } from "../../support/stand-in.ts";
import { startTwilioStandIn } from "../../support/twilio-stand-in.ts";
import { twilioText } from "../../support/webhook.ts";

const { accountSid, authToken } = CHANNEL_CREDENTIALS.twilio;
const URL_OF_OURS = "https://kivuko.test/webhooks/twilio/inst_1";

const form = (fields: Record<string, string>, signature: string) => ({
  url: URL_OF_OURS,
  headers: new Headers({
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    "x-twilio-signature": signature,
  }),
  body: new TextEncoder().encode(new URLSearchParams(fields).toString()),
  receivedAt: 0,
});

describe("[CHANNEL-08] a webhook that the package signs", () => {
  const fields = { ...twilioText("+254711223344", "SM1", "Habari & karibu = ☕ +1 100%"), Empty: "" };

  it("is genuine as a form, and not with another token, address or field", async () => {
    const signature = twilio.getExpectedTwilioSignature(authToken, URL_OF_OURS, fields);
    expect(await isFromTwilio(form(fields, signature), authToken)).toBe(true);
    expect(await isFromTwilio(form({ ...fields, Body: "x" }, signature), authToken)).toBe(false);
    expect(await isFromTwilio({ ...form(fields, signature), url: `${URL_OF_OURS}?a` }, authToken)).toBe(
      false,
    );
    expect(await isFromTwilio(form(fields, signature), "another-token-of-theirs")).toBe(false);
  });

  it("is genuine as JSON", async () => {
    const body = JSON.stringify(fields);
    const url = `${URL_OF_OURS}?bodySHA256=${twilio.getExpectedBodyHash(body)}`;
    const signature = twilio.getExpectedTwilioSignature(authToken, url, {});
    expect(twilio.validateRequestWithBody(authToken, signature, url, body)).toBe(true);
    const headers = new Headers({ "content-type": "application/json", "x-twilio-signature": signature });
    const request = { url, headers, body: new TextEncoder().encode(body), receivedAt: 0 };
    expect(await isFromTwilio(request, authToken)).toBe(true);
    const altered = { ...request, body: new TextEncoder().encode(body.replace("Habari", "Hapana")) };
    expect(await isFromTwilio(altered, authToken)).toBe(false);
  });
});

describe("the stand-in, to Twilio's own client", () => {
  let server: LoopbackServer;
  beforeAll(async () => {
    server = await startTwilioStandIn();
  });
  afterAll(() => server.close());

  /** The package's client with the address of the API changed, as a region would change it. */
  function clientWith(token: string = authToken) {
    const client = twilio(accountSid, token);
    client.api.baseUrl = server.url;
    return client;
  }

  const to = "whatsapp:+254711223344";
  const from = "whatsapp:+254712345678";

  it("takes each kind of message that we send", async () => {
    const { messages } = clientWith();
    const kinds = [
      { body: "Hello" },
      { body: "Receipt", mediaUrl: ["https://kivuko.test/r/1"] },
      { contentSid: CONTENT_SID, contentVariables: '{"1":"17"}' },
    ];
    for (const kind of kinds) {
      const taken = await messages.create({ to, from, statusCallback: URL_OF_OURS, ...kind });
      expect(taken).toMatchObject({ sid: expect.stringMatching(/^SM\w{32}$/), status: "queued" });
    }
  });

  it.for([
    ["a text beside a template", { body: "a", contentSid: CONTENT_SID }, 400, 20_001],
    ["another account's template", { contentSid: `HX${"0".repeat(32)}` }, 400, 21_655],
    ["variables without a template", { body: "a", contentVariables: "{}" }, 400, 21_654],
    ["variables that are not JSON", { contentSid: CONTENT_SID, contentVariables: "1" }, 400, 21_656],
    ["an empty variable", { contentSid: CONTENT_SID, contentVariables: '{"1":""}' }, 400, 21_656],
    ["nothing to say", {}, 400, 21_619],
    ["no sender", { body: "a", from: "" }, 400, 21_212],
    ["a number that is none", { body: "a", to: "whatsapp:me" }, 400, 21_211],
    ["free text outside of the window", { body: "a", to: "whatsapp:+25471163016" }, 400, 63_016],
  ] as const)("refuses %s as Twilio does", async ([, fields, status, code]) => {
    await expect(clientWith().messages.create({ to, from, ...fields })).rejects.toMatchObject({
      status,
      code,
    });
  });

  it("refuses a field that there is not", async () => {
    const answer = await fetch(`${server.url}/2010-04-01/Accounts/${accountSid}/Messages.json`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
      body: new URLSearchParams({ To: to, From: from, Body: "a", Text: "a" }),
    });
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 20_001 }]);
  });

  it("refuses a wrong token", async () => {
    const wrong = clientWith("another-token-of-theirs").messages.create({ to, from, body: "a" });
    await expect(wrong).rejects.toMatchObject({ status: 401, code: 20_003 });
  });
});
