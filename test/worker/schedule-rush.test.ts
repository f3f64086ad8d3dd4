/** Many scheduled messages at once, many that wait, and what is left of an outage. The clock is moved by hand. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { withActor } from "../../src/access/context.ts";
import type { WorkMessage } from "../../src/contract/work.ts";
import { JOBS } from "../../src/crons.ts";
import { createDb } from "../../src/db/client.ts";
import { dueSchedules, findDueSchedules } from "../../src/effects/schedule/find-due-schedules.ts";
import { removeOldSchedules } from "../../src/effects/schedule/remove-old-schedules.ts";
import { sendScheduledTogether } from "../../src/effects/schedule/send-scheduled.ts";
import { testBase } from "./support/base.ts";
import { type BridgeBody, callBridge, createBridgeDesk } from "./support/bridge.ts";
import { newPhone, phoneTexts } from "./support/chats.ts";
import { countingDb } from "./support/counting-db.ts";
import type { Desk } from "./support/desk.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Body = BridgeBody & {
  id: string;
  sendAt: string;
  state: string;
  occurrence: number;
  history: { occurrence: number; state: string; reason: string | null; sendAt: string }[];
};

let desk: Desk;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2027-03-01T12:00:00Z") });
  desk = await createBridgeDesk(["plugin:messages:schedule:external_recipient"]);
  // The owner's token, which is good for a day, is used for more than a year here.
  await env.DB.prepare("update api_token set expires_at = ?").bind(Date.parse("2030-01-01")).run();
});
afterEach(() => {
  vi.useRealTimers();
});

const fromNow = (ms: number) => new Date(Math.ceil(Date.now() / 1_000) * 1_000 + ms).toISOString();

async function schedule(terms: object = {}, phone = newPhone()) {
  const { status, body } = await callBridge<Body>(desk, {
    method: "POST",
    path: "/scheduled-messages",
    body: {
      recipient: { type: "external_recipient", phone },
      text: "Your appointment is tomorrow.",
      sendAt: fromNow(HOUR),
      ...terms,
    },
  });
  expect(status).toBe(201);
  return { id: body.id, phone, due: Date.parse(body.sendAt) };
}

const read = async (id: string) => (await desk.control<Body>("GET", `/v1/scheduled-messages/${id}`)).body;
const got = (phone: string) => phoneTexts(desk, desk.supportId, phone);

/** A context whose queue only keeps what it gets, and whose round trips to the database are counted. */
function platform() {
  const queued: { body: WorkMessage; delaySeconds: number }[] = [];
  const work = { sendBatch: async (batch: typeof queued) => void queued.push(...batch) };
  const { db, count } = countingDb();
  const base = testBase({ work: work as never, db });
  return { queued, count, ctx: withActor(base, { kind: "platform", id: "test", organizationId: null }) };
}

const send = (ids: readonly string[], { ctx } = platform()) =>
  sendScheduledTogether({ ctx, input: ids.map((id) => ({ id, organizationId: desk.organization.id })) });

describe("messages of one batch", () => {
  it("[SCHEDULE-05] are claimed and ended together, each sent once, in as many round trips as one", {
    timeout: 60_000,
  }, async () => {
    const due = fromNow(HOUR);
    const all = await Promise.all(
      Array.from({ length: 25 }, (_, at) => schedule({ text: `Number ${at}`, sendAt: due })),
    );
    const ids = all.map(({ id }) => id);
    vi.setSystemTime(new Date(due));
    const first = platform();
    expect((await send([...ids, ...ids], first)).size).toBe(0);
    // Claim, whom the events are for, end.
    expect(first.count.roundTrips).toBe(3);
    expect((await send(ids)).size).toBe(0);
    expect((await Promise.all(all.map(({ phone }) => got(phone)))).map((texts) => texts.length)).toEqual(
      ids.map(() => 1),
    );
    const states = await Promise.all(ids.map(read));
    expect(states.every(({ state, history }) => state === "sent" && history.length === 1)).toBe(true);
    const { results } = await env.DB.prepare(
      "select dedupe_key from event where type = 'message.sent' and organization_id = ?",
    )
      .bind(desk.organization.id)
      .all();
    expect(results.length).toBe(25);
  });

  it("[SCHEDULE-05] leave the others alone when one fails", async () => {
    const [good, bad] = [await schedule(), await schedule()];
    await env.DB.prepare("update scheduled_message set phone_sealed = 'broken' where id = ?")
      .bind(bad.id)
      .run();
    vi.setSystemTime(good.due);
    expect([...(await send([bad.id, good.id])).keys()]).toEqual([bad.id]);
    expect(await got(good.phone)).toHaveLength(1);
    expect([(await read(good.id)).state, (await read(bad.id)).state]).toEqual(["sent", "sending"]);
  });

  it("[SCHEDULE-04] that come before their time come again at it", async () => {
    const { id, due, phone } = await schedule();
    vi.setSystemTime(due - 20_500);
    const early = platform();
    await send([id], early);
    expect(early.queued).toMatchObject([{ body: { type: "schedule.send", id }, delaySeconds: 21 }]);
    expect(await got(phone)).toEqual([]);
  });
});

describe("what is due before the next tick looks", () => {
  it("[SCHEDULE-04] is enqueued when it is scheduled or moved", async () => {
    const sendBatch = vi.spyOn(env.WORK, "sendBatch").mockResolvedValue(undefined as never);
    try {
      const soon = await schedule({ sendAt: fromNow(30_000) });
      const moved = await schedule();
      await callBridge(desk, {
        method: "PATCH",
        path: `/scheduled-messages/${moved.id}`,
        body: { sendAt: fromNow(40_000) },
      });
      const sent = sendBatch.mock.calls.flatMap(([batch]) => [...batch]);
      expect(sent).toMatchObject([
        { body: { type: "schedule.send", id: soon.id }, delaySeconds: 30 },
        { body: { type: "schedule.send", id: moved.id }, delaySeconds: 40 },
      ]);
    } finally {
      sendBatch.mockRestore();
    }
  });
});

describe("what waits", () => {
  const clear = () => env.DB.prepare("delete from scheduled_message").run();
  beforeEach(clear);
  afterEach(clear);

  it("[SCHEDULE-09] is not read by a tick: 100,000 rows, and as many read as are due", {
    timeout: 60_000,
  }, async () => {
    const { id, due } = await schedule();
    await fill(id, 100_000, MINUTE);
    vi.setSystemTime(due);
    const { results, meta } = await dueSchedules(createDb(env.DB), due, null).run();
    expect(results.length).toBe(1);
    expect((meta as { rows_read: number }).rows_read).toBeLessThanOrEqual(3);
    await send([id]);
    expect((await read(id)).state).toBe("sent");
  });

  it("[SCHEDULE-09] beyond what one tick takes is found by the next, in the order of its time", {
    timeout: 60_000,
  }, async () => {
    const { id, due } = await schedule();
    await fill(id, 20_500, 1);
    vi.setSystemTime(due + 30 * 1_000);
    const first = platform();
    await findDueSchedules({ ctx: first.ctx });
    expect(first.queued.length).toBe(20_000);
    expect(first.queued[0]?.body.id).toBe(id);
    const done = JSON.stringify(first.queued.map(({ body }) => body.id));
    await env.DB.prepare(
      "update scheduled_message set due_at = null where id in (select value from json_each(?))",
    )
      .bind(done)
      .run();
    const second = platform();
    await findDueSchedules({ ctx: second.ctx });
    expect(second.queued.length).toBe(501);
    const ids = [...first.queued, ...second.queued].map(({ body }) => body.id);
    expect(new Set(ids).size).toBe(20_501);
  });
});

describe("after an outage", () => {
  it("[SCHEDULE-07] what it swallowed of a recurrence ends in one go, and the next goes out at its time", async () => {
    const { id, due, phone } = await schedule({ recurrence: { every: "day", count: 20 } });
    vi.setSystemTime(due + 9 * DAY + 2 * HOUR);
    await send([id]);
    const ended = await read(id);
    expect(ended).toMatchObject({
      state: "scheduled",
      occurrence: 11,
      sendAt: new Date(due + 10 * DAY).toISOString(),
    });
    expect(ended.history.map(({ occurrence, state, reason }) => [occurrence, state, reason])).toEqual(
      Array.from({ length: 10 }, (_, at) => [at + 1, "missed", "too_late"]),
    );
    const told = await env.DB.prepare("select data from event where subject_id = ? order by id")
      .bind(id)
      .all<{ data: string }>();
    expect(told.results.map(({ data }) => JSON.parse(data).sendAt)).toEqual(
      ended.history.map(({ sendAt }) => sendAt),
    );
    vi.setSystemTime(due + 10 * DAY);
    await send([id]);
    expect(await got(phone)).toHaveLength(1);
  });

  it("[SCHEDULE-07] a recurrence that is over ends with its last sending", async () => {
    const { id } = await schedule({ recurrence: { every: "day", count: 3 } });
    vi.setSystemTime(Date.now() + 30 * DAY);
    await send([id]);
    expect(await read(id)).toMatchObject({
      state: "missed",
      reason: "too_late",
      occurrence: 3,
      history: [{ occurrence: 1 }, { occurrence: 2 }, { occurrence: 3, state: "missed" }],
    });
  });
});

describe("the tick", () => {
  it("forgets what ended 400 days ago, and keeps what still recurs", async () => {
    const over = await schedule();
    const recurring = await schedule({ recurrence: { every: "month", count: 20 } });
    vi.setSystemTime(over.due);
    await send([over.id, recurring.id]);
    vi.setSystemTime(over.due + 399 * DAY);
    await removeOldSchedules({ ctx: platform().ctx });
    expect((await read(over.id)).history).toHaveLength(1);
    vi.setSystemTime(over.due + 401 * DAY);
    await removeOldSchedules({ ctx: platform().ctx });
    expect(await read(over.id)).toMatchObject({ code: "scheduled_message_not_found" });
    expect(await read(recurring.id)).toMatchObject({ state: "scheduled", history: [] });
  });

  it("runs no job twice", () => {
    for (const jobs of Object.values(JOBS)) {
      expect(new Set(jobs).size).toBe(jobs.length);
    }
  });
});

/** Copies of a row, the n-th `n` steps of so many ms later. */
async function fill(id: string, count: number, stepMs: number): Promise<void> {
  const { results } = await env.DB.prepare("select name from pragma_table_info('scheduled_message')").all<{
    name: string;
  }>();
  const values: Readonly<Record<string, string>> = {
    id: "printf('%s_%07d', id, n)",
    owner_id: "'ins_other'",
    idempotency_key: "null",
    due_at: `due_at + n * ${stepMs}`,
    send_at: `send_at + n * ${stepMs}`,
  };
  const columns = results.map(({ name }) => name);
  await env.DB.prepare(
    `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${count})
     insert into scheduled_message (${columns.join(", ")})
     select ${columns.map((name) => values[name] ?? name).join(", ")} from scheduled_message, numbers where id = ?`,
  )
    .bind(id)
    .run();
}
