/**
 * The platform's processes are killed a hundred times while several payers are being asked for money, between bridge
 * call, provider and callback, and started again on the same storage. The provider answers early, late, twice, badly
 * or not at all, and lives on. Afterwards the rows are made older, which is a clock that moves on, and the tick sweeps.
 * Daraja can be asked by the id in its answer only: where the answer was lost, its callback comes again, late.
 */
import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { D1Database } from "@cloudflare/workers-types";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, createApi } from "../../src/local/api.ts";
import { readPhone } from "../../src/local/demo/phone.ts";
import { readUntil } from "../../src/local/demo/poll.ts";
import { ensureOwner } from "../../src/local/owner.ts";
import { type LocalPlatform, startPlatform } from "../../src/local/platform.ts";
import { findFreePort } from "../../src/local/ports.ts";
import { type Bridge, createBridgeClient } from "../../src/sdk/index.ts";
import { type DarajaStandIn, startDarajaStandIn } from "../support/daraja-stand-in.ts";
import { PAYMENT_CREDENTIALS, type ProviderBehaviour } from "../support/payment-stand-in.ts";
import { ageRows } from "./support/age-rows.ts";
import { createMoments } from "./support/moments.ts";
import { createPlatformProcess, type PlatformProcess } from "./support/platform-process.ts";
import { createRandom } from "./support/random.ts";
import { PAYMENT_MOMENTS, type PaymentMoment, startSlowDaraja } from "./support/slow-daraja.ts";
import { installTill, startTill, type Till } from "./support/till-plugin.ts";

const KILLS = Number(process.env["KILLS"] ?? 100);
/** Repeats a run as far as a busy machine lets it: `KILL_SEED=… npx vitest …`, with `KILLS=…` for a shorter one. */
const SEED = Number(process.env["KILL_SEED"] ?? randomInt(1_000_000));
const PAYERS_AT_ONCE = 4;
/** After the kills, when only the result counts. */
const AT_A_TIME = 8;

/** The first payments of a new process take about a quarter of a second. */
const ANY_MOMENT_MAX_MS = 400;
/** How far behind a moment the blow may fall. */
const BEHIND_MAX_MS = 20;
/** What follows a callback: the news is stored, the receipt goes out, the plugin is told. */
const BEHIND_CALLBACK_MAX_MS = 150;
/** Payers that are asked a little after each other are at different places when the blow falls. */
const APART_MAX_MS = 60;
/** A moment that does not come, such as the callback of a payment that was cut off before it. */
const NO_MOMENT_MS = 600;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** How much older everything gets from sweep to sweep: what is asked for again, and in the end the day after. */
const SWEEPS_MS = [2 * MINUTE_MS, 5 * MINUTE_MS, 20 * MINUTE_MS, DAY_MS, 2 * MINUTE_MS, 5 * MINUTE_MS];
const SWEEP_DEADLINE_MS = 30_000;
const PHONE_DEADLINE_MS = 30_000;
/** About three minutes on an idle machine of two cores. */
const TEST_TIMEOUT_MS = 1_500_000;

type Payer = {
  readonly phone: string;
  /** Whole shillings, in cents. */
  readonly amount: number;
  readonly key: string;
  readonly startsAfterMs: number;
  /** Whether the plugin asks twice at once, as one does that thinks that its first try was lost. */
  readonly isAskedTwice: boolean;
};

const moments = createMoments<PaymentMoment>();
let folder: string;
let platform: PlatformProcess;
let swept: LocalPlatform | undefined;
let api: Api;
let daraja: DarajaStandIn;
/** How far Daraja's own clock has been moved on: prompts that nobody answers end by it. */
let darajaAheadMs = 0;
let gate: Awaited<ReturnType<typeof startSlowDaraja>>;
let plugin: Till;
let bridge: Bridge;
let instanceId: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kivuko-kill-"));
  platform = createPlatformProcess(await findFreePort(), folder);
  [daraja, plugin] = await Promise.all([
    startDarajaStandIn({ now: () => Date.now() + darajaAheadMs }),
    startTill(["plugin:payments:initiate:external_recipient"]),
    platform.start(),
  ]);
  gate = await startSlowDaraja(moments, daraja);
  const owner = await ensureOwner(platform.url, { organizationName: "Duka la Amina" });
  api = createApi(platform.url, { token: owner.token });
  const { secret, installationId, ...number } = await installTill(api, plugin);
  instanceId = number.instanceId;
  await api.send("POST", "/v1/payment-accounts", {
    provider: "mpesa",
    name: "Pay bill",
    credentials: { ...PAYMENT_CREDENTIALS.paybill, apiBaseUrl: gate.url },
  });
  bridge = createBridgeClient({ secret, installationId, instanceId, platformUrl: platform.url });
});
afterAll(async () => {
  await platform.kill();
  await swept?.stop();
  await Promise.all([gate.close(), daraja.close(), plugin.close()]);
  await rm(folder, { recursive: true });
});

function behindMaxMs(moment: PaymentMoment | undefined): number {
  if (moment === undefined) {
    return ANY_MOMENT_MAX_MS;
  }
  return moment === "callback_taken" ? BEHIND_CALLBACK_MAX_MS : BEHIND_MAX_MS;
}

const digitsOf = ({ phone }: Payer) => phone.slice(1);

/** What Daraja and its payer do. No callback at all only where Daraja can be asked instead. */
function chooseBehaviour(random: () => number): ProviderBehaviour {
  const oneOf = <T>(...values: readonly T[]) => values[Math.floor(random() * values.length)] as T;
  const answer = oneOf(
    "well",
    "well",
    "well",
    "well",
    "lost",
    "error",
    "html",
    "lost_before",
    "busy" as const,
  );
  return {
    outcome: oneOf("succeed", "succeed", "succeed", "cancel", "insufficient", "nothing" as const),
    answer,
    callback: oneOf(
      "once",
      "once",
      "twice",
      "early",
      "late",
      answer === "well" ? "never" : ("late" as const),
    ),
  };
}

async function ask({ phone, amount, key }: Payer): Promise<string | null> {
  const recipient = { type: "external_recipient", phone } as const;
  const terms = { amount, currency: "KES", orderReference: key, description: "Gas refill" };
  try {
    return (await bridge.payments.initiate({ recipient, ...terms }, { idempotencyKey: key })).id;
  } catch {
    return null; // dead just now, or still busy with the try before
  }
}

/** Asks as a plugin does: by the bridge's own tries, and then not again until later. */
async function askAtFirst(payer: Payer): Promise<void> {
  await pause(payer.startsAfterMs);
  await Promise.all(payer.isAskedTwice ? [ask(payer), ask(payer)] : [ask(payer)]);
}

type PaymentRow = {
  readonly id: string;
  readonly state: string;
  readonly attention: string | null;
  readonly provider_id: string | null;
  readonly idempotency_key: string;
};

async function readPayments(db: D1Database): Promise<readonly PaymentRow[]> {
  const columns = "id, state, attention, provider_id, idempotency_key";
  return (await db.prepare(`SELECT ${columns} FROM payment`).all<PaymentRow>()).results;
}

/** Everything gets older, what is due by then is done, and all of it has come to rest. */
async function sweep({ tick, getD1 }: LocalPlatform, ms: number): Promise<void> {
  const db = await getD1();
  await ageRows(db, ms);
  await tick();
  const countDue = async () => {
    const now = Date.now();
    const due = await db
      .prepare(
        `SELECT (SELECT count(*) FROM payment WHERE next_check_at <= ?1 OR follow_up_at <= ?1)
              + (SELECT count(*) FROM event_delivery WHERE state = 'pending' AND next_attempt_at <= ?1) AS due`,
      )
      .bind(now)
      .first<number>("due");
    return due ?? 0;
  };
  await readUntil(countDue, (due) => due === 0, SWEEP_DEADLINE_MS);
}

/** Does it for all, some at a time. */
async function sideBySide<T>(all: readonly T[], doIt: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (const one of rest) {
        await doIt(one);
      }
    }),
  );
}

async function deliverAgain(payer: Payer): Promise<void> {
  await fetch(`${daraja.url}/-/deliver`, {
    method: "POST",
    body: JSON.stringify({ payer: digitsOf(payer) }),
  });
}

test(`[PAYMENT-02] [PAYMENT-17] killed ${KILLS} times around payments, it asks each payer once, sends one receipt, and leaves nothing open (seed ${SEED})`, {
  timeout: TEST_TIMEOUT_MS,
}, async () => {
  const random = createRandom(SEED);
  const upTo = (max: number) => Math.floor(random() * (max + 1));
  const payers: Payer[] = [];
  const asked: Promise<void>[] = [];
  const struckAt: Record<string, number> = {};
  const begunAt = performance.now();

  for (let kill = 1; kill <= KILLS; kill++) {
    const mark = `2547${String(kill).padStart(5, "0")}`;
    const round = Array.from({ length: PAYERS_AT_ONCE }, (_, index): Payer => {
      const phone = `+${mark}${String(index).padStart(3, "0")}`;
      daraja.books.behave(phone.slice(1), chooseBehaviour(random));
      return {
        phone,
        amount: 100 * (1 + upTo(5_000)),
        key: `gas-${kill}-${index}`,
        startsAfterMs: index === 0 ? 0 : upTo(APART_MAX_MS),
        isAskedTwice: random() < 0.3,
      };
    });
    payers.push(...round);
    const struck = `${mark}${String(upTo(PAYERS_AT_ONCE - 1)).padStart(3, "0")}`;
    const moment = PAYMENT_MOMENTS[upTo(PAYMENT_MOMENTS.length)];
    const behindMs = upTo(behindMaxMs(moment));
    struckAt[moment ?? "any"] = (struckAt[moment ?? "any"] ?? 0) + 1;
    const isStruck =
      moment === undefined
        ? undefined
        : Promise.race([moments.next(moment, moment === "token_asked" ? "" : struck), pause(NO_MOMENT_MS)]);
    asked.push(...round.map(askAtFirst));
    await isStruck;
    await pause(behindMs);
    await platform.kill();
    await platform.start();
  }
  await Promise.all(asked);
  await platform.kill();
  const killedFor = performance.now() - begunAt;

  swept = await startPlatform({ port: Number(new URL(platform.url).port), persistTo: folder });
  const db = await swept.getD1();
  const before = await readPayments(db);
  const begun = new Set(before.map(({ idempotency_key: key }) => key));
  // Whoever was running is dead, so the next try of a key goes on where it was.
  await ageRows(db, 2 * MINUTE_MS);
  const ids = new Map<string, string | null>();
  await sideBySide(payers, async (payer) => {
    ids.set(payer.key, await ask(payer));
  });
  expect([...ids].filter(([, id]) => id === null)).toEqual([]);

  const isUnreachable = new Set(
    (await readPayments(db)).filter((row) => row.provider_id === null).map((row) => row.idempotency_key),
  );
  const toldLate = payers.filter(
    (payer) => daraja.books.behaviourOf(digitsOf(payer)).callback === "late" || isUnreachable.has(payer.key),
  );
  await sideBySide(toldLate, deliverAgain);
  darajaAheadMs = 2 * MINUTE_MS;
  for (const ms of SWEEPS_MS) {
    await sweep(swept, ms);
  }
  // Everything once more: nothing of it may have an effect.
  const settled = await readPayments(db);
  await sideBySide(payers, async (payer) => {
    expect(await ask(payer)).toBe(ids.get(payer.key));
    await deliverAgain(payer);
  });
  await sweep(swept, 2 * MINUTE_MS);
  const rows = await readPayments(db);

  const states: Record<string, number> = {};
  for (const { state } of before) {
    states[state] = (states[state] ?? 0) + 1;
  }
  const { charges } = daraja.books;
  process.stdout.write(
    `${JSON.stringify({
      seed: SEED,
      kills: KILLS,
      seconds: Math.round(killedFor / 1_000),
      secondsInAll: Math.round((performance.now() - begunAt) / 1_000),
      struckAt,
      payers: payers.length,
      begunInTheKills: begun.size,
      stateAfterTheKills: states,
      toldLate: toldLate.length,
      prompts: charges.length,
      events: plugin.heard.length,
    })}\n`,
  );

  expect(rows).toEqual(settled);
  expect(rows).toHaveLength(payers.length);
  expect(charges.map(({ payer }) => payer).filter((payer, at, all) => all.indexOf(payer) !== at)).toEqual([]);
  const byKey = new Map(rows.map((row) => [row.idempotency_key, row]));
  const books = new Map(charges.map((charge) => [charge.payer, charge.state]));
  const outcomes = payers.map((payer) => {
    const row = byKey.get(payer.key);
    return { key: payer.key, state: row?.state, isPaid: books.get(digitsOf(payer)) === "succeeded" };
  });
  const isEnded = ["succeeded", "failed", "cancelled", "expired"];
  expect(outcomes.filter(({ state = "" }) => !isEnded.includes(state))).toEqual([]);
  expect(outcomes.filter(({ state, isPaid }) => (state === "succeeded") !== isPaid)).toEqual([]);

  await sideBySide(payers, async (payer) => {
    const row = byKey.get(payer.key);
    // A message that was on its way at a kill is sent again by its chat's alarm.
    const got = await readUntil(
      () => readPhone(api, instanceId, payer.phone),
      (messages) => row?.state !== "succeeded" || messages.length > 0,
      PHONE_DEADLINE_MS,
    );
    expect({ key: payer.key, receipts: got.map(({ document }) => document?.fileName) }).toEqual({
      key: payer.key,
      receipts: row?.state === "succeeded" ? [expect.stringMatching(/\.pdf$/)] : [],
    });
    const events = plugin.heard.filter(({ data }) => data.id === row?.id);
    expect([...new Set(events.map(({ type }) => type))]).toEqual([`payment.${row?.state}`]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(1);
  });
});
