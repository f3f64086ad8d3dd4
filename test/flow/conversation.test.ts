/** "My order arrived damaged", typed into a phone, ends with a ticket's number in the reply: over every channel. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Desk, openDesk } from "../../src/local/demo/desk.ts";
import { readUntil } from "../../src/local/demo/poll.ts";
import type { LoopbackServer } from "../support/loopback-server.ts";
import { CHANNEL_CREDENTIALS, type SentText } from "../support/stand-in.ts";
import { startTwilioStandIn } from "../support/twilio-stand-in.ts";
import { metaText, type SignedWebhook, signMeta, signTwilioForm, twilioText } from "../support/webhook.ts";
import { startWhatsAppCloudStandIn } from "../support/whatsapp-cloud-stand-in.ts";
import { createKivukoProcess } from "./support/kivuko-process.ts";
import { type Stage, setStage } from "./support/stage.ts";

const PHONE = "+254711223344";
const WORDS = "My order arrived damaged";
const REPLY_DEADLINE_MS = 20_000;

let stage: Stage;
let desk: Desk;
let installationId: string;
let twilio: LoopbackServer;
let cloud: LoopbackServer;

beforeAll(async () => {
  [stage, desk, twilio, cloud] = await Promise.all([
    setStage(),
    openDesk(),
    startTwilioStandIn(),
    startWhatsAppCloudStandIn(),
  ]);
  const review = await stage.api.send<{ id: string; permissions: { key: string }[] }>(
    "POST",
    "/v1/plugin-reviews",
    { manifestUrl: desk.manifestUrl },
  );
  const installed = await stage.api.send<{ id: string; secret: { value: string } }>(
    "POST",
    "/v1/installations",
    {
      reviewId: review.id,
      configuration: { defaultQueue: "customer-care" },
      permissionKeys: review.permissions.map(({ key }) => key),
    },
  );
  desk.acceptSecret(installed.secret.value);
  installationId = installed.id;
});
afterAll(async () => {
  await Promise.all([stage.clear(), desk.close(), twilio.close(), cloud.close()]);
});

async function createInstance(fields: object): Promise<string> {
  const { id } = await stage.api.send<{ id: string }>("POST", "/v1/instances", {
    name: "Support WhatsApp",
    phoneNumber: "+254712345678",
    ...fields,
  });
  await stage.api.send("PUT", `/v1/instances/${id}/grants/${installationId}`, {});
  return id;
}

const send = ({ path, headers, body }: SignedWebhook) =>
  fetch(stage.platform.url + path, { method: "POST", headers, body });

/** The texts that a provider's stand-in took, once there is one. */
const taken = ({ url }: LoopbackServer) =>
  readUntil(
    async () => (await (await fetch(`${url}/-/messages`)).json()) as SentText[],
    (texts) => texts.length > 0,
    REPLY_DEADLINE_MS,
  );

/** The one ticket that a story opened, as its reply must name it. */
function lastTicket(stories: number): string {
  expect(desk.received).toHaveLength(stories);
  return `SUP-${10_420 + stories}`;
}

test("[CHAT-14] over the simulator", async () => {
  const id = await createInstance({ channel: "simulator" });
  const path = `/v1/instances/${id}/simulator/messages`;
  await stage.api.send("POST", path, { from: PHONE, text: WORDS });

  const { data } = await readUntil(
    () => stage.api.get<{ data: { text: string }[] }>(`${path}?phone=${encodeURIComponent(PHONE)}`),
    (page) => page.data.length > 0,
    REPLY_DEADLINE_MS,
  );
  expect(data).toEqual([expect.objectContaining({ text: expect.stringContaining(lastTicket(1)) })]);
  const chats = await stage.api.get<{ data: { customer: string; state: string }[] }>(
    `/v1/instances/${id}/chats`,
  );
  expect(chats.data).toMatchObject([{ customer: "•••• 3344", state: "agent" }]);
});

test("[CHAT-14] over Twilio", async () => {
  const credentials = { ...CHANNEL_CREDENTIALS.twilio, apiBaseUrl: twilio.url };
  const id = await createInstance({ channel: "twilio", credentials });
  const message = twilioText(PHONE, "SM1", WORDS);
  const webhook = await signTwilioForm(stage.platform.url, `/webhooks/twilio/${id}`, message);
  expect((await send(webhook)).status).toBe(200);
  expect((await send(webhook)).status).toBe(200);

  const texts = await taken(twilio);
  expect(texts).toEqual([
    expect.objectContaining({ to: PHONE, text: expect.stringContaining(lastTicket(2)) }),
  ]);
});

test("[CHAT-14] over the Cloud API", async () => {
  const credentials = { ...CHANNEL_CREDENTIALS["whatsapp-cloud"], graphBaseUrl: cloud.url };
  const id = await createInstance({ channel: "whatsapp-cloud", credentials });
  const message = metaText(PHONE, "wamid.1", WORDS, Math.floor(Date.now() / 1_000));
  const webhook = await signMeta(`/webhooks/whatsapp-cloud/${id}`, { messages: [message] });
  expect((await send(webhook)).status).toBe(200);
  expect((await send(webhook)).status).toBe(200);

  const texts = await taken(cloud);
  expect(texts).toEqual([
    expect.objectContaining({ to: PHONE, text: expect.stringContaining(lastTicket(3)) }),
  ]);
});

test("[CHAT-15] over `kivuko chat`, by one message and line by line", async () => {
  const id = await createInstance({
    name: "Terminal WhatsApp",
    channel: "simulator",
    phoneNumber: "+254712345679",
  });
  const kivuko = await createKivukoProcess({ baseUrl: stage.platform.url, token: stage.owner.token });
  try {
    const words = ["chat", "--instance", "Terminal WhatsApp", "--phone", PHONE];
    const once = await kivuko.run([...words, "--message", WORDS]);
    expect(once).toEqual({ exitCode: 0, stdout: expect.stringContaining(lastTicket(4)), stderr: "" });

    // A reply that was shown is not shown again.
    const lines = await kivuko.run(["chat", "--instance", id, "--phone", PHONE, "--json"], {
      stdin: `Hello\n${WORDS} again\n`,
    });
    expect(lines).toMatchObject({ exitCode: 0, stderr: "" });
    const texts = lines.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).text);
    expect(texts).toEqual([expect.stringContaining("demo model"), expect.stringContaining(lastTicket(5))]);
  } finally {
    await kivuko.removeFolder();
  }
});

test("[CHAT-12] nobody's number and no secret is in what the Worker writes to its console", () => {
  const log = stage.log.join("\n");
  const { authToken } = CHANNEL_CREDENTIALS.twilio;
  const { accessToken, appSecret } = CHANNEL_CREDENTIALS["whatsapp-cloud"];
  for (const hidden of [PHONE.slice(1), authToken, accessToken, appSecret, WORDS]) {
    expect(log).not.toContain(hidden);
  }
});
