import { setTimeout as pause } from "node:timers/promises";
import { createBridgeClient } from "../../src/sdk/index.ts";
import { type Child, startChild } from "./child.ts";
import { type Kivuko, startKivuko } from "./kivuko-leg.ts";
import { residentMiB } from "./memory.ts";
import { forEach, phoneNumber } from "./phones.ts";
import { processorMs, settle } from "./processor-time.ts";
import { percentile } from "./statistics.ts";
import type { Arrival } from "./twilio-process.ts";

/** Scheduled messages that are due close together, and what became of them. */
export type ScheduleRush = {
  readonly title: string;
  /** Over a minute; otherwise all are due at once. */
  readonly isSpread: boolean;
  readonly messages: number;
  readonly chats: number;
  /** By Twilio's log: messages that came, those of them that came again, and those that did not come. */
  readonly sent: number;
  readonly doubled: number;
  readonly lost: number;
  /** From a message's time to its arrival at Twilio. */
  readonly lateness: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
  /** From the first message's time until every row was `sent`. */
  readonly endedMs: number;
  /** The longest tick: all cron jobs, from call to end. */
  readonly tickMs: number;
  /** Processor time of the runtime's process for one message, which noise beside the run changes least. */
  readonly processorMs: number | undefined;
  /** The runtime's process, where the system tells. */
  readonly residentMiB: { readonly before: number | undefined; readonly peak: number | undefined };
};

type Rush = {
  readonly title: string;
  readonly chats: number;
  readonly spreadMs: number;
  readonly leadMs: number;
};

const MINUTE_MS = 60_000;
const POLL_MS = 250;
/** What has not been sent by then is lost. */
const AT_MOST_MS = 6 * MINUTE_MS;
/** Between the moment at which the rows get their times and the first tick. */
const HEAD_START_MS = 500;

const TWILIO = { accountSid: `AC${"0123456789abcdef".repeat(2)}`, authToken: "token-of-the-bench-alone" };
const TEMPLATE = { name: "reminder", language: "en", contentSid: `HX${"0123456789abcdef".repeat(2)}` };

/**
 * Each rush on a platform of its own. Messages are scheduled over the bridge as a plugin does, for tomorrow; then their
 * times are moved to now, and the minute's tick is fired as a local platform does. `tell` hears of each when it is over.
 */
export async function measureScheduleRushes(
  pluginOrigin: string,
  messages: number,
  tell: (rush: ScheduleRush) => void,
): Promise<ScheduleRush[]> {
  const rushes: readonly Rush[] = [
    { title: "spread over a minute, a chat each", chats: messages, spreadMs: MINUTE_MS, leadMs: 0 },
    { title: "spread over a minute, ten a chat", chats: messages / 10, spreadMs: MINUTE_MS, leadMs: 0 },
    { title: "in one second, a chat each", chats: messages, spreadMs: 0, leadMs: MINUTE_MS / 2 },
  ];
  const findings: ScheduleRush[] = [];
  for (const rush of rushes) {
    console.error(`${messages} scheduled messages ${rush.title}`);
    const twilio = startChild("twilio-process.ts");
    try {
      const twilioOrigin = `http://127.0.0.1:${await twilio.next()}`;
      const kivuko = await startKivuko(pluginOrigin, { inspect: false });
      try {
        const instanceId = await addTwilioNumber(kivuko, twilioOrigin);
        await schedule(kivuko, instanceId, messages, rush.chats);
        const finding = await measureRush(kivuko, twilio, messages, rush);
        tell(finding);
        findings.push(finding);
      } finally {
        await kivuko.stop();
      }
    } finally {
      twilio.stop();
    }
  }
  return findings;
}

/** Templates go out at any time, so that customers who never wrote get them. Caps are off, so that nothing is held. */
export async function addTwilioNumber({ api, installationId }: Kivuko, apiBaseUrl: string): Promise<string> {
  const { id } = await api.send<{ id: string }>("POST", "/v1/instances", {
    name: "Bench by Twilio",
    channel: "twilio",
    phoneNumber: "+254711000000",
    credentials: { ...TWILIO, apiBaseUrl },
  });
  await api.send("PATCH", `/v1/instances/${id}`, {
    templates: [TEMPLATE],
    delivery: { dailyCapPerCustomer: null, dailyCapPerPlugin: null },
  });
  await api.send("PUT", `/v1/instances/${id}/grants/${installationId}`, {
    permissions: ["plugin:messages:schedule:external_recipient"],
  });
  return id;
}

/** Schedules numbered messages for tomorrow, to so many customers by turns. */
export async function schedule(
  { installationId, pluginSecret: secret, url: platformUrl }: Kivuko,
  instanceId: string,
  messages: number,
  chats: number,
): Promise<void> {
  const bridge = createBridgeClient({ secret, installationId, instanceId, platformUrl });
  const sendAt = new Date(Date.now() + 24 * 60 * MINUTE_MS).toISOString();
  await forEach(
    Array.from({ length: messages }, (_, index) => index),
    async (index) => {
      await bridge.scheduledMessages.create({
        recipient: { type: "external_recipient", phone: phoneNumber(index % chats) },
        text: `Reminder ${index}: your appointment is tomorrow at ten.`,
        template: { name: TEMPLATE.name, language: TEMPLATE.language, variables: { "1": String(index) } },
        sendAt,
      });
    },
  );
}

/** Spreads the numbered messages from `startsAt` (epoch ms) on. */
export async function moveTimes(
  { database }: Kivuko,
  { startsAt, spreadMs, messages }: { startsAt: number; spreadMs: number; messages: number },
): Promise<void> {
  const db = await database();
  const at = "?1 + CAST(template ->> '$.variables.1' AS INTEGER) * ?2 / ?3";
  await db
    .prepare(`UPDATE scheduled_message SET send_at = ${at}, due_at = ${at} WHERE id NOT LIKE 'sch_waiting%'`)
    .bind(startsAt, spreadMs, messages)
    .run();
}

async function measureRush(
  kivuko: Kivuko,
  twilio: Child,
  messages: number,
  { title, chats, spreadMs, leadMs }: Rush,
): Promise<ScheduleRush> {
  const {
    tick,
    leg: { runtimeProcessId },
  } = kivuko;
  const db = await kivuko.database();
  await settle(runtimeProcessId);
  const before = residentMiB(runtimeProcessId);
  const usedBefore = processorMs(runtimeProcessId);
  const startsAt = Date.now() + HEAD_START_MS + messages / 10;
  const dueOf = (index: number) => startsAt + leadMs + Math.floor((index * spreadMs) / messages);
  await moveTimes(kivuko, { startsAt: startsAt + leadMs, spreadMs, messages });
  if (Date.now() > startsAt) {
    throw new Error("moving the messages' times took too long");
  }
  await pause(startsAt - Date.now());
  let [peak, ticks, tickMs, left] = [before, 0, 0, messages];
  const ticking: Promise<void>[] = [];
  while (left > 0 && Date.now() < startsAt + AT_MOST_MS) {
    if (Date.now() >= startsAt + ticks * MINUTE_MS) {
      ticks += 1;
      const startedAt = Date.now();
      ticking.push(
        tick().then(() => {
          tickMs = Math.max(tickMs, Date.now() - startedAt);
        }),
      );
    }
    await pause(POLL_MS);
    peak = Math.max(peak ?? 0, residentMiB(runtimeProcessId) ?? 0) || undefined;
    if (((await twilio.ask("count")) as number) >= messages) {
      left =
        (await db
          .prepare("SELECT count(*) AS count FROM scheduled_message WHERE due_at IS NOT NULL")
          .first<number>("count")) ?? 0;
    }
  }
  const used = processorMs(runtimeProcessId);
  const endedMs = Date.now() - startsAt - leadMs;
  await Promise.all(ticking);
  const arrivals = (await twilio.ask("take")) as readonly Arrival[];
  const names = new Set(arrivals.map(({ name }) => name));
  const lateness = Float64Array.from(arrivals, ({ name, at }) => at - dueOf(Number(name)));
  return {
    title,
    isSpread: spreadMs > 0,
    messages,
    chats,
    sent: names.size,
    doubled: arrivals.length - names.size,
    lost: messages - names.size,
    lateness: {
      p50Ms: percentile(lateness, 0.5),
      p99Ms: percentile(lateness, 0.99),
      maxMs: lateness.reduce((most, one) => Math.max(most, one), 0),
    },
    endedMs,
    tickMs,
    processorMs: used === undefined || usedBefore === undefined ? undefined : (used - usedBefore) / messages,
    residentMiB: { before, peak },
  };
}
