/**
 * The platform's processes are killed in the middle of turns, fifty times, and started again on the same storage. At
 * the end every message has been answered once and has led to one ticket. The ticket's plugin honours the call's
 * `Idempotency-Key`: a call that was under way at the kill may reach it again, under the same key. Channels are the
 * simulator, whose replies all arrive, and Twilio, where a reply that was under way at the kill is not sent again.
 */
import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TURN_TRIES } from "../../src/agent/chats/limits.ts";
import { type Api, createApi } from "../../src/local/api.ts";
import { readUntil } from "../../src/local/demo/poll.ts";
import { ensureOwner } from "../../src/local/owner.ts";
import { findFreePort } from "../../src/local/ports.ts";
import type { LoopbackServer } from "../support/loopback-server.ts";
import { MODEL_KEY } from "../support/model-stand-in.ts";
import { CHANNEL_CREDENTIALS } from "../support/stand-in.ts";
import { startTwilioStandIn } from "../support/twilio-stand-in.ts";
import { signTwilioForm, twilioText } from "../support/webhook.ts";
import {
  MOMENTS,
  type Moment,
  startSlowProvider,
  startTicketModel,
  startTicketPlugin,
} from "./support/kill-stage.ts";
import { createMoments } from "./support/moments.ts";
import { createPlatformProcess, type PlatformProcess } from "./support/platform-process.ts";
import { createRandom } from "./support/random.ts";

const KILLS = 50;
/** Repeats a run as far as a busy machine lets it: `KILL_SEED=… npx vitest …`. */
const SEED = Number(process.env["KILL_SEED"] ?? randomInt(1_000_000));
const TOOL = "TICKETS__open_ticket";
/** What the customer hears of a turn that was cut off TURN_TRIES times. */
const HONEST_SENTENCE =
  "Sorry, I cannot answer you just now: something is not working on our side. Please write again in a few minutes.";
const MARK = /m\d+-\d+-\d+/g;

/** A turn begins after a second of quiet and takes a fifth of one here. */
const ANY_MOMENT_MAX_MS = 1_600;
/** How far behind a moment the blow may fall. */
const BEHIND_MAX_MS = 30;
/** Writers that begin a little after each other are at different places when the blow falls. */
const APART_MAX_MS = 150;
const SETTLE_DEADLINE_MS = 60_000;
/** What has not come by then, when all else is done, was under way at a kill. */
const UNKNOWN_DEADLINE_MS = 5_000;
/** About two and a half minutes on an idle machine of two cores. */
const TEST_TIMEOUT_MS = 600_000;

const moments = createMoments<Moment>();
let folder: string;
let platform: PlatformProcess;
let api: Api;
let model: Awaited<ReturnType<typeof startTicketModel>>;
let plugin: Awaited<ReturnType<typeof startTicketPlugin>>;
let twilio: LoopbackServer;
let provider: Awaited<ReturnType<typeof startSlowProvider>>;
let simulatorId: string;
let twilioId: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kivuko-kill-"));
  platform = createPlatformProcess(await findFreePort(), folder);
  [model, plugin, twilio] = await Promise.all([
    startTicketModel(moments, TOOL),
    startTicketPlugin(moments),
    startTwilioStandIn(),
    platform.start(),
  ]);
  provider = await startSlowProvider(moments, twilio);
  const owner = await ensureOwner(platform.url, { organizationName: "Duka la Amina" });
  api = createApi(platform.url, { token: owner.token });
  const baseUrl = `${model.url}/v1`;
  const key = { provider: "openai-compatible", name: "Model", baseUrl, key: MODEL_KEY };
  await api.send("POST", "/v1/provider-keys", key);
  await api.send("POST", "/v1/models-catalog", {
    alias: "ticket-model",
    provider: "openai-compatible",
    providerModel: "ticket-model",
    baseUrl,
    isDefault: true,
  });
  const review = await api.send<{ id: string }>("POST", "/v1/plugin-reviews", {
    manifestUrl: plugin.manifestUrl,
  });
  const installed = await api.send<{ id: string; secret: { value: string } }>("POST", "/v1/installations", {
    reviewId: review.id,
    configuration: {},
    permissionKeys: [],
  });
  plugin.acceptSecret(installed.secret.value);
  const credentials = { ...CHANNEL_CREDENTIALS.twilio, apiBaseUrl: provider.url };
  const create = async (fields: object) => {
    const { id } = await api.send<{ id: string }>("POST", "/v1/instances", { name: "Support", ...fields });
    await api.send("PUT", `/v1/instances/${id}/grants/${installed.id}`, {});
    return id;
  };
  simulatorId = await create({ channel: "simulator" });
  twilioId = await create({ channel: "twilio", phoneNumber: "+254712345678", credentials });
});
afterAll(async () => {
  await platform.kill();
  await Promise.all([model.close(), plugin.close(), provider.close(), twilio.close()]);
  await rm(folder, { recursive: true });
});

type Customer = {
  readonly channel: "simulator" | "twilio";
  readonly phone: string;
  /** What they write, each with a mark of its own. */
  readonly marks: readonly string[];
  readonly startsAfterMs: number;
  /** Kills before the model had answered them. */
  kills: number;
};

/** Sends as a provider does: again, under the same id, until somebody has taken it. */
async function deliver({ channel, phone }: Customer, mark: string): Promise<void> {
  const text = `Order ${mark} arrived damaged.`;
  const path = `/webhooks/twilio/${twilioId}`;
  const webhook = await signTwilioForm(platform.url, path, twilioText(phone, `SM${mark}`, text));
  const isTaken = async () => {
    try {
      const answer =
        channel === "simulator"
          ? await api.ask("POST", `/v1/instances/${simulatorId}/simulator/messages`, {
              from: phone,
              text,
              messageId: mark,
            })
          : await fetch(platform.url + path, { method: "POST", ...webhook });
      return answer.status < 300;
    } catch {
      return false; // nobody is there just now
    }
  };
  expect(await readUntil(isTaken, (taken) => taken, SETTLE_DEADLINE_MS)).toBe(true);
}

async function write(customer: Customer): Promise<void> {
  await pause(customer.startsAfterMs);
  for (const mark of customer.marks) {
    await deliver(customer, mark);
  }
}

/** The customers with everything that their phones got. */
async function readPhones(customers: readonly Customer[]) {
  const sent = await provider.texts();
  const textsOf = async ({ channel, phone }: Customer) => {
    if (channel === "twilio") {
      return sent.filter(({ to }) => to === phone).map(({ text }) => text);
    }
    const path = `/v1/instances/${simulatorId}/simulator/messages?phone=${encodeURIComponent(phone)}`;
    return (await api.get<{ data: { text: string }[] }>(path)).data.map(({ text }) => text);
  };
  return Promise.all(customers.map(async (customer) => ({ ...customer, texts: await textsOf(customer) })));
}

const marksIn = (texts: readonly string[]) => texts.flatMap((text) => text.match(MARK) ?? []).sort();

test(`[CHAT-01] [CHAT-02] killed ${KILLS} times in a turn, it answers each message once and opens one ticket for it (seed ${SEED})`, {
  timeout: TEST_TIMEOUT_MS,
}, async () => {
  const random = createRandom(SEED);
  const upTo = (max: number) => Math.floor(random() * (max + 1));
  const customers: Customer[] = [];

  for (let kill = 1; kill <= KILLS; kill++) {
    // Whoever the model has answered before this round began is not struck in it.
    const wasAnswered = new Set(model.answered.flatMap((wish) => wish.match(MARK) ?? []));
    for (const [index, channel] of (["simulator", "simulator", "twilio"] as const).entries()) {
      customers.push({
        channel,
        phone: `+2547100${String(customers.length).padStart(5, "0")}`,
        marks: Array.from({ length: 1 + upTo(1) }, (_, nth) => `m${kill}-${index}-${nth}`),
        startsAfterMs: index === 0 ? 0 : upTo(APART_MAX_MS),
        kills: 0,
      });
    }
    const moment = MOMENTS[upTo(MOMENTS.length)];
    const behindMs = upTo(moment === undefined ? ANY_MOMENT_MAX_MS : BEHIND_MAX_MS);
    const isStruck = moment === undefined ? undefined : moments.next(moment, `m${kill}-`);
    const written = Promise.all(customers.slice(-3).map(write));
    await isStruck;
    await pause(behindMs);
    await platform.kill();
    for (const customer of customers) {
      customer.kills += customer.marks.every((mark) => wasAnswered.has(mark)) ? 0 : 1;
    }
    await platform.start();
    await written;
  }

  const readAll = (channel: Customer["channel"], deadlineMs: number) => {
    const ours = customers.filter((customer) => customer.channel === channel);
    return readUntil(
      () => readPhones(ours),
      (read) => read.every(({ texts, marks }) => texts.length > 0 && isWhole(texts, marks)),
      deadlineMs,
    );
  };
  // What the customer hears after too many kills names no message.
  const isWhole = (texts: readonly string[], marks: readonly string[]) =>
    texts.includes(HONEST_SENTENCE) || marksIn(texts).length >= marks.length;

  for (const { phone, marks, texts, kills } of await readAll("simulator", SETTLE_DEADLINE_MS)) {
    const isCutOffTooOften = kills >= TURN_TRIES && texts.includes(HONEST_SENTENCE);
    expect({ phone, told: isCutOffTooOften ? texts : marksIn(texts) }).toEqual({
      phone,
      told: isCutOffTooOften ? [HONEST_SENTENCE] : marks,
    });
  }
  const answered = model.answered.flatMap((wish) => wish.match(MARK) ?? []);
  for (const { phone, marks, texts, kills } of await readAll("twilio", UNKNOWN_DEADLINE_MS)) {
    const told = marksIn(texts);
    const missing = marks.filter((mark) => !told.includes(mark));
    expect({ phone, told: new Set(told).size }).toEqual({ phone, told: told.length });
    // Nobody knows whether a reply that was under way at a kill has left, so it is not sent again.
    const isExplained = missing.every((mark) => answered.includes(mark)) || kills >= TURN_TRIES;
    expect({ phone, missing, isExplained }).toEqual({ phone, missing, isExplained: true });
  }

  const tickets = marksIn(plugin.made.map(({ summary }) => summary));
  expect(tickets.filter((mark, index) => tickets.indexOf(mark) !== index)).toEqual([]);
  const wished = customers.filter(({ kills }) => kills < TURN_TRIES).flatMap(({ marks }) => marks);
  expect(wished.filter((mark) => !tickets.includes(mark))).toEqual([]);
  expect(new Set(plugin.made.map(({ callId }) => callId)).size).toBe(plugin.made.length);
});
