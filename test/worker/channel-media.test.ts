/** Files that customers send: read through us from the provider, by those who may read the chat. */
import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { CHANNEL_CREDENTIALS, MEDIA_BYTES } from "../support/stand-in.ts";
import { metaText, signMeta, signTwilioForm, twilioText } from "../support/webhook.ts";
import { BASE_URL, type ProblemBody } from "./support/call.ts";
import {
  chatStub,
  createProviderInstance,
  newPhone,
  post,
  query,
  ring,
  saying,
  thinkBy,
} from "./support/chats.ts";
import { createDesk, type Desk } from "./support/desk.ts";

const CHANNELS = ["twilio", "whatsapp-cloud"] as const;
type ProviderName = (typeof CHANNELS)[number];

let desk: Desk;
const instances = {} as Record<ProviderName, string>;
beforeAll(async () => {
  desk = await createDesk();
  for (const channel of CHANNELS) {
    instances[channel] = await createProviderInstance(desk, channel);
  }
});

/** How the provider names the file. */
function referenceOf(channel: ProviderName, name: string): string {
  const { accountSid } = CHANNEL_CREDENTIALS.twilio;
  return channel === "twilio"
    ? `${inject("twilioUrl")}/2010-04-01/Accounts/${accountSid}/Messages/MM1/Media/ME${name}`
    : `media-${name}`;
}

/** A customer who has sent a file, and the id of the chat. */
async function sendFile(channel: ProviderName, reference: string, contentType: string, fileName?: string) {
  const phone = newPhone();
  const path = `/webhooks/${channel}/${instances[channel]}`;
  if (channel === "twilio") {
    const media = { NumMedia: "1", MediaUrl0: reference, MediaContentType0: contentType };
    await post(await signTwilioForm(BASE_URL, path, { ...twilioText(phone, `${phone}-1`, ""), ...media }));
  } else {
    const { text: _, ...message } = metaText(phone, `${phone}-1`, "", Math.floor(Date.now() / 1_000));
    const document = { id: reference, mime_type: contentType, filename: fileName };
    await post(await signMeta(path, { messages: [{ ...message, type: "document", document }] }));
  }
  const stub = await chatStub(instances[channel], phone);
  await thinkBy(stub, saying("Thank you"));
  await ring(stub);
  const [row] = await query<{ id: string }>(stub, "SELECT id FROM chat");
  return row?.id ?? "";
}

const read = (chatId: string, reference: string, token = desk.organization.apiToken) =>
  exports.default.fetch(`${BASE_URL}/v1/chats/${chatId}/media/${encodeURIComponent(reference)}`, {
    headers: { authorization: `Bearer ${token}` },
  });

async function problemOf(response: Response) {
  const { code, detail, hint } = (await response.json()) as ProblemBody;
  return { status: response.status, code, detail, hint };
}

describe.for([...CHANNELS])("%s", (channel) => {
  it("[CHANNEL-07] gives the file to those who may read the chat, as an attachment that cannot run", async () => {
    const reference = referenceOf(channel, "1");
    const chatId = await sendFile(channel, reference, "image/png");
    const answer = await read(chatId, reference);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "image/png",
      "content-disposition": expect.stringMatching(/^attachment; filename="(image|document)"/),
      "x-content-type-options": "nosniff",
      "cache-control": "private, no-store",
    });
    expect(Buffer.from(await answer.arrayBuffer()).toString("latin1")).toBe(MEDIA_BYTES);
  });

  it("calls everything that a browser might run just bytes", async () => {
    const reference = referenceOf(channel, "html");
    const chatId = await sendFile(channel, reference, "text/html; charset=utf-8", 'a"b\r\nc é.html');
    const { headers } = await read(chatId, reference);
    expect(headers.get("content-type")).toBe("application/octet-stream");
    if (channel === "whatsapp-cloud") {
      expect(headers.get("content-disposition")).toBe(
        "attachment; filename=\"a_b__c _.html\"; filename*=UTF-8''a%22b%0D%0Ac%20%C3%A9.html",
      );
    }
  });

  it("[CHANNEL-07] shows the channel's credentials to no address that the chat has not brought", async () => {
    const chatId = await sendFile(channel, referenceOf(channel, "1"), "image/png");
    for (const reference of [referenceOf(channel, "2"), "https://evil.example/x", "../me", "%"]) {
      expect(await problemOf(await read(chatId, reference))).toMatchObject({
        status: 404,
        code: "media_not_found",
      });
    }
  });

  it("[CHANNEL-07] is not there for another organisation", async () => {
    const reference = referenceOf(channel, "1");
    const chatId = await sendFile(channel, reference, "image/png");
    const stranger = await createDesk();
    expect(await problemOf(await read(chatId, reference, stranger.organization.apiToken))).toMatchObject({
      status: 404,
      code: "chat_not_found",
    });
  });

  it("[CHANNEL-07] is not fetched from a private address, nor by plain HTTP", async () => {
    for (const name of ["private", "downgrade"]) {
      const reference = referenceOf(channel, name);
      const chatId = await sendFile(channel, reference, "image/png");
      expect(await problemOf(await read(chatId, reference))).toMatchObject({
        status: 502,
        code: "media_unavailable",
        hint: expect.stringContaining("provider_url_refused"),
      });
    }
  });

  it("says when the provider keeps it no longer, and when it is too large", async () => {
    const gone = referenceOf(channel, "gone");
    expect(await problemOf(await read(await sendFile(channel, gone, "image/png"), gone))).toMatchObject({
      status: 404,
      code: "media_not_found",
    });
    const oversize = referenceOf(channel, "oversize");
    expect(
      await problemOf(await read(await sendFile(channel, oversize, "video/mp4"), oversize)),
    ).toMatchObject({ status: 502, hint: expect.stringContaining("provider_too_large") });
  });

  it("ends a file that turns out to be too large", async () => {
    const reference = referenceOf(channel, "lying");
    const answer = await read(await sendFile(channel, reference, "video/mp4"), reference);
    expect(answer.status).toBe(200);
    await expect(answer.arrayBuffer()).rejects.toThrow();
  });
});

it("a file at Twilio that is not at its API is not asked for with the account's token", async () => {
  const reference = "https://elsewhere.example/ME1";
  const chatId = await sendFile("twilio", reference, "image/png");
  expect(await problemOf(await read(chatId, reference))).toMatchObject({
    status: 502,
    hint: expect.stringContaining("provider_url_refused"),
  });
});
