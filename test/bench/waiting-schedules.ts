import { type Child, startChild } from "./child.ts";
import { type Kivuko, startKivuko } from "./kivuko-leg.ts";
import { residentMiB } from "./memory.ts";
import { settle } from "./processor-time.ts";
import { ROWS_READ_PATH, rowsReadEntry } from "./rows-read-entry.ts";
import { addTwilioNumber, moveTimes, schedule } from "./schedule-rush.ts";

/** A tick with many messages waiting for later. */
export type WaitingSchedules = {
  readonly waiting: number;
  /** Due within what the tick looks at. */
  readonly due: number;
  /** Of the tables of scheduled messages, by all of a tick's jobs: with nothing due, and with those. */
  readonly rowsRead: { readonly idle: number; readonly due: number };
  readonly tickMs: { readonly idle: number; readonly due: number };
  /** The runtime's process, where the system tells. */
  readonly residentMiB: { readonly before: number | undefined; readonly after: number | undefined };
};

/** Of those that are due. */
const DUE = 100;
/** One statement makes so many rows. */
const CHUNK_ROWS = 50_000;
const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;

/** On a platform of its own, whose ticks count what they read. */
export async function measureWaitingSchedules(
  pluginOrigin: string,
  waiting: number,
): Promise<WaitingSchedules> {
  console.error(`a tick while ${waiting} messages wait`);
  const twilio = startChild("twilio-process.ts");
  try {
    const twilioOrigin = `http://127.0.0.1:${await twilio.next()}`;
    const kivuko = await startKivuko(pluginOrigin, { inspect: false, wrapEntry: rowsReadEntry });
    try {
      const instanceId = await addTwilioNumber(kivuko, twilioOrigin);
      await schedule(kivuko, instanceId, DUE, DUE);
      await fill(kivuko, waiting);
      return await measure(kivuko, twilio, waiting);
    } finally {
      await kivuko.stop();
    }
  } finally {
    twilio.stop();
  }
}

/** Copies of one message that wait for next year. */
async function fill({ database }: Kivuko, waiting: number): Promise<void> {
  const db = await database();
  const { results } = await db
    .prepare("SELECT name FROM pragma_table_info('scheduled_message')")
    .all<{ name: string }>();
  const columns = results.map(({ name }) => name);
  const values: Readonly<Record<string, string>> = {
    id: "printf('sch_waiting_%08d', ?1 + n)",
    idempotency_key: "NULL",
    due_at: `due_at + ${YEAR_MS} + (?1 + n) * 1000`,
    send_at: `send_at + ${YEAR_MS} + (?1 + n) * 1000`,
  };
  for (let made = 0; made < waiting; made += CHUNK_ROWS) {
    await db
      .prepare(
        `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?2)
         INSERT INTO scheduled_message (${columns.join(", ")})
         SELECT ${columns.map((name) => values[name] ?? name).join(", ")}
         FROM numbers, (SELECT * FROM scheduled_message WHERE id NOT LIKE 'sch_waiting%' LIMIT 1)`,
      )
      .bind(made, Math.min(CHUNK_ROWS, waiting - made))
      .run();
  }
}

async function measure(kivuko: Kivuko, twilio: Child, waiting: number): Promise<WaitingSchedules> {
  const { runtimeProcessId } = kivuko.leg;
  await timeTick(kivuko); // the code is warm
  await settle(runtimeProcessId);
  const before = residentMiB(runtimeProcessId);
  const idle = await timeTick(kivuko);
  await moveTimes(kivuko, { startsAt: Date.now(), spreadMs: 0, messages: DUE });
  const due = await timeTick(kivuko);
  await settle(runtimeProcessId);
  const arrived = await twilio.ask("count");
  if (arrived !== DUE) {
    throw new Error(`${arrived} of ${DUE} messages that were due arrived`);
  }
  return {
    waiting,
    due: DUE,
    rowsRead: { idle: idle.rowsRead, due: due.rowsRead },
    tickMs: { idle: idle.ms, due: due.ms },
    residentMiB: { before, after: residentMiB(runtimeProcessId) },
  };
}

async function timeTick({ tick, url }: Kivuko): Promise<{ ms: number; rowsRead: number }> {
  const startedAt = performance.now();
  await tick();
  const ms = performance.now() - startedAt;
  const answer = await fetch(`${url}${ROWS_READ_PATH}`);
  return { ms, rowsRead: (await answer.json()) as number };
}
