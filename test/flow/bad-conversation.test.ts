/** Models and plugins that fail in the middle of a conversation: the customer gets one answer, and a true one. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { readUntil } from "../../src/local/demo/poll.ts";
import type { LoopbackServer } from "../support/loopback-server.ts";
import { MODEL_KEY, type ModelStandIn, startModelStandIn } from "../support/model-stand-in.ts";
import { CHANNEL_CREDENTIALS, type SentText } from "../support/stand-in.ts";
import { metaText, signMeta } from "../support/webhook.ts";
import { startWhatsAppCloudStandIn } from "../support/whatsapp-cloud-stand-in.ts";
import { installPlugin, type Stage, setStage } from "./support/stage.ts";

const MODEL = "support-model";
const HONEST_SENTENCE = /^Sorry, I cannot answer you just now/;
/** Three tries of a turn with their pauses take nine seconds. */
const REPLY_DEADLINE_MS = 40_000;

let stage: Stage;
let models: ModelStandIn;
let cloud: LoopbackServer;
let simulatorId: string;
let cloudId: string;

beforeAll(async () => {
  [stage, models, cloud] = await Promise.all([setStage(), startModelStandIn(), startWhatsAppCloudStandIn()]);
  const { api, standIn } = stage;
  const baseUrl = `${models.url}/v1`;
  const provider = "openai-compatible";
  await api.send("POST", "/v1/provider-keys", { provider, name: "Model", baseUrl, key: MODEL_KEY });
  const model = { alias: MODEL, provider, providerModel: MODEL, baseUrl, isDefault: true };
  await api.send("POST", "/v1/models-catalog", model);
  const configuration = { defaultQueue: "customer-care" };
  const installations = [
    await installPlugin(api, standIn.manifestUrl("well"), configuration),
    await installPlugin(api, standIn.manifestUrl("hang", "HANGING_DESK"), configuration),
  ];
  const create = async (fields: object) => {
    const { id } = await api.send<{ id: string }>("POST", "/v1/instances", { name: "Support", ...fields });
    for (const installation of installations) {
      await api.send("PUT", `/v1/instances/${id}/grants/${installation}`, {});
    }
    return id;
  };
  const credentials = { ...CHANNEL_CREDENTIALS["whatsapp-cloud"], graphBaseUrl: cloud.url };
  simulatorId = await create({ channel: "simulator" });
  cloudId = await create({ channel: "whatsapp-cloud", phoneNumber: "+254712345678", credentials });
});
afterAll(async () => {
  await Promise.all([stage.clear(), models.close(), cloud.close()]);
});

let customers = 0;

const overSimulator = {
  write: (phone: string, text: string) =>
    stage.api.send("POST", `/v1/instances/${simulatorId}/simulator/messages`, { from: phone, text }),
  read: async (phone: string) => {
    const path = `/v1/instances/${simulatorId}/simulator/messages?phone=${encodeURIComponent(phone)}`;
    return (await stage.api.get<{ data: { text: string }[] }>(path)).data.map(({ text }) => text);
  },
};
const overCloudApi = {
  write: async (phone: string, text: string) => {
    const message = metaText(phone, `wamid.${phone}`, text, Math.floor(Date.now() / 1_000));
    const { path, ...webhook } = await signMeta(`/webhooks/whatsapp-cloud/${cloudId}`, {
      messages: [message],
    });
    await fetch(stage.platform.url + path, { method: "POST", ...webhook });
  },
  read: async (phone: string) => {
    const taken = (await (await fetch(`${cloud.url}/-/messages`)).json()) as SentText[];
    return taken.filter(({ to }) => to === phone).map(({ text }) => text);
  },
};

/** What a new customer hears who writes `text`: all of it, once something has come. */
async function hear({ write, read }: typeof overSimulator, text = "My order arrived damaged") {
  customers += 1;
  const phone = `+2547110000${String(customers).padStart(2, "0")}`;
  await write(phone, text);
  return readUntil(
    () => read(phone),
    (texts) => texts.length > 0,
    REPLY_DEADLINE_MS,
  );
}

const ticketCalls = () => stage.standIn.calls.filter(({ behaviour }) => behaviour === "well").length;
const TICKET_CALL = {
  name: "SUPPORT_DESK__create_support_ticket",
  arguments: JSON.stringify({ summary: "It arrived damaged." }),
};

test.each([
  ["500", { status: 500 }, 9],
  ["429", { status: 429, headers: { "retry-after": "60" } }, 3],
])(
  "[CHAT-06] a model that answers %s is asked again, and then the customer hears so",
  async (_, answer, asked) => {
    models.script(MODEL, answer);
    const before = models.requestsFor(MODEL).length;

    const heard = await Promise.all([hear(overSimulator), hear(overCloudApi)]);

    expect(heard).toEqual([
      [expect.stringMatching(HONEST_SENTENCE)],
      [expect.stringMatching(HONEST_SENTENCE)],
    ]);
    expect(models.requestsFor(MODEL).length - before).toBe(2 * asked);
  },
);

test.each([
  ["the simulator", overSimulator],
  ["the Cloud API", overCloudApi],
])(
  "[CHAT-06] over %s, a model that fails in passing is asked again, and nobody notices",
  async (_, channel) => {
    models.script(MODEL, { status: 503 }, { body: "no", status: 500 }, { text: "Good morning." });
    expect(await hear(channel)).toEqual(["Good morning."]);
  },
);

test.each([
  ["the simulator", overSimulator],
  ["the Cloud API", overCloudApi],
])("[CHAT-02] over %s, a model that wants the same call for ever gets it once", async (_, channel) => {
  models.script(MODEL, { toolCalls: [TICKET_CALL] });
  const before = ticketCalls();

  const heard = await hear(channel);

  expect(heard).toEqual([expect.stringContaining("could not finish this in the steps")]);
  expect(ticketCalls() - before).toBe(1);
});

test.each([
  ["the simulator", overSimulator],
  ["the Cloud API", overCloudApi],
])("[CHAT-06] over %s, a model is told what was wrong with its calls, and answers", async (_, channel) => {
  const wrong = [
    { ...TICKET_CALL, arguments: '{"summary": "It' },
    { name: "no_such_tool", arguments: "{}" },
    { ...TICKET_CALL, arguments: "{}" },
  ];
  models.script(MODEL, { toolCalls: wrong }, { text: "Which order is it?" });
  const before = ticketCalls();

  expect(await hear(channel)).toEqual(["Which order is it?"]);
  const told = models
    .requestsFor(MODEL)
    .at(-1)
    ?.body.messages.filter(({ role }: { role: string }) => role === "tool");
  expect(told.map(({ content }: { content: string }) => JSON.parse(content).error)).toEqual([
    "invalid_arguments",
    expect.any(String),
    "invalid_input",
  ]);
  expect(ticketCalls()).toBe(before);
});

test.each([
  ["the simulator", overSimulator],
  ["the Cloud API", overCloudApi],
])("[CHAT-06] over %s, a plugin that hangs keeps nobody waiting longer than its time", async (_, channel) => {
  const call = { ...TICKET_CALL, name: "HANGING_DESK__create_support_ticket" };
  models.script(MODEL, { toolCalls: [call] }, { text: "The desk does not answer just now." });

  expect(await hear(channel)).toEqual(["The desk does not answer just now."]);
  const told = models.requestsFor(MODEL).at(-1)?.body.messages.at(-1);
  expect(JSON.parse(told.content)).toMatchObject({ error: "plugin_timed_out" });
});
