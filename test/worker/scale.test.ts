/** What the simulation of test/simulation takes the code to cost is what it costs. */
import { createExecutionContext, runInDurableObject, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { type Ctx, withActor } from "../../src/access/context.ts";
import { createDb } from "../../src/db/client.ts";
import { auditEntry, event, eventDelivery, scheduledMessage, toolCall } from "../../src/db/schema/index.ts";
import { removeOldEvents } from "../../src/effects/events/remove-old-events.ts";
import { keepPolls } from "../../src/effects/obligations/keep-polls.ts";
import { removeOldObligations } from "../../src/effects/obligations/remove-old.ts";
import { findDueSchedules } from "../../src/effects/schedule/find-due-schedules.ts";
import {
  SENDING_LEASE_MS,
  TICK_AHEAD_MS,
  TICK_PAGE_ROWS,
  TICK_PAGES,
} from "../../src/effects/schedule/limits.ts";
import { removeOldSchedules } from "../../src/effects/schedule/remove-old-schedules.ts";
import { removeRecords } from "../../src/plugins/records/remove-records.ts";
import { consumeQueue } from "../../src/queues.ts";
import worker from "../../src/worker.ts";
import { ASSUMED } from "../simulation/assumptions.ts";
import { DueRows, dueThen } from "../simulation/due-rows.ts";
import { MEASURED, STORED_BYTES, type Step, WORK_BATCH } from "../simulation/measured-work.ts";
import { clockAt, testBase } from "./support/base.ts";
import { createBridgeDesk, signBridgeToken } from "./support/bridge.ts";
import { BASE_URL } from "./support/call.ts";
import { chatStub, newPhone } from "./support/chats.ts";
import type { Desk } from "./support/desk.ts";
import { meteredD1, newMeter } from "./support/metered-d1.ts";
import { type CashBook, createCashBook, obligationsOf, platformAt, pollOf } from "./support/obligations.ts";
import { testDb } from "./support/organization.ts";

const SCHEDULE = "plugin:messages:schedule:external_recipient";
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2027-03-20T12:00:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** What the conversation does at the database and in its storage from now on. */
async function meterChat(instanceId: string, phone: string): Promise<() => NonNullable<Step["chat"]>> {
  const database = newMeter();
  const cursors: { readonly rowsRead: number; readonly rowsWritten: number }[] = [];
  let alarms = 0;
  await runInDurableObject(await chatStub(instanceId, phone), (chat, { storage }) => {
    const object = chat as unknown as { env: Env };
    object.env = { ...object.env, DB: meteredD1(object.env.DB, database) };
    const exec = storage.sql.exec.bind(storage.sql) as (...args: unknown[]) => SqlStorageCursor<never>;
    const setAlarm = storage.setAlarm.bind(storage);
    Object.defineProperty(storage.sql, "exec", {
      value: (...args: unknown[]) => {
        const cursor = exec(...args);
        cursors.push(cursor);
        return cursor;
      },
    });
    Object.defineProperty(storage, "setAlarm", {
      value: (at: number) => {
        alarms += 1;
        return setAlarm(at);
      },
    });
  });
  return () => ({
    database: { ...database },
    rowsRead: cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
    rowsWritten: cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, alarms),
  });
}

type Consumed = Pick<Step, "of" | "database" | "queued"> & { readonly records: readonly unknown[] };

/** Has one batch of a queue consumed, by an isolate that knows nothing yet. */
async function consume(queue: string, ...bodies: unknown[]): Promise<Consumed> {
  // Longer than what was read a moment ago is kept.
  pass(6_000);
  const database = newMeter();
  const queued = { work: 0, events: 0, records: 0 };
  const records: unknown[] = [];
  const counting = (name: keyof typeof queued) => {
    const take = (body: unknown) => {
      queued[name] += 1;
      if (name === "records") {
        records.push(body);
      }
    };
    return {
      send: async (body: unknown) => take(body),
      sendBatch: async (batch: { body: unknown }[]) =>
        batch.forEach(({ body }) => {
          take(body);
        }),
    };
  };
  const metered = {
    ...env,
    DB: meteredD1(env.DB, database),
    WORK: counting("work"),
    EVENTS: counting("events"),
    RECORDS: counting("records"),
  } as unknown as Env;
  const ended: string[] = [];
  const messages = bodies.map((body, index) => ({
    id: String(index),
    body,
    attempts: 1,
    ack: () => ended.push("ack"),
    retry: () => ended.push("retry"),
  }));
  const execution = createExecutionContext();
  await consumeQueue({ queue, messages, ackAll: () => undefined } as never, metered, execution);
  await waitOnExecutionContext(execution);
  expect(ended).not.toContain("retry");
  return { of: bodies.length, database, queued, records };
}

/** A tick's removal of so many rows, at this moment. */
async function remove(of: number, job: (of: { ctx: Ctx }) => Promise<void>): Promise<Step> {
  const database = newMeter();
  const base = testBase({ db: createDb(meteredD1(env.DB, database)), clock: clockAt(Date.now()) });
  expect(base.config.recordRetentionDays).toBe(ASSUMED.recordDays);
  await job({ ctx: withActor(base, { kind: "platform", id: "test", organizationId: null }) });
  return { of, database, chat: null, queued: { work: 0, events: 0, records: 0 } };
}

/** Has the desk's plugin schedule a message. */
async function schedule(desk: Desk, phone: string) {
  const database = newMeter();
  let records = 0;
  const RECORDS = {
    send: async () => {
      records += 1;
    },
  };
  const body = JSON.stringify({
    recipient: { type: "external_recipient", phone },
    text: "Your appointment with Dr Wanjiru is tomorrow at 10:00. Please bring your card, and come ten minutes early.",
    sendAt: new Date(Date.now() + MINUTE_MS).toISOString(),
  });
  const { kid, value: secret } = desk.installation.secret;
  const token = await signBridgeToken({ kid, secret }, desk.supportId, body);
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "idempotency-key": crypto.randomUUID(),
  };
  const request = new Request(`${BASE_URL}/bridge/v1/scheduled-messages`, { method: "POST", body, headers });
  const execution = createExecutionContext();
  const metered = { ...env, DB: meteredD1(env.DB, database), RECORDS } as unknown as Env;
  const answer = await worker.fetch(request as never, metered, execution);
  await waitOnExecutionContext(execution);
  expect(answer.status).toBe(201);
  const { id } = await answer.json<{ id: string }>();
  return {
    id,
    step: { of: 1, database, chat: null, queued: { work: 0, events: 0, records } } satisfies Step,
  };
}

/** A number whose plugin schedules messages, and an address that hears what became of them. */
async function createAppointments() {
  const desk = await createBridgeDesk([SCHEDULE]);
  const heard = await desk.control("POST", "/v1/event-endpoints", {
    url: `${inject("eventSinkUrl")}/listener`,
    types: ["message.sent", "message.failed"],
  });
  expect(heard.status).toBe(201);
  const work = (id: string) => ({ type: "schedule.send", organizationId: desk.organization.id, id });
  const deliveries = () =>
    testDb().select().from(eventDelivery).where(eq(eventDelivery.organizationId, desk.organization.id));
  return { desk, work, deliveries };
}

const stepOf = ({ database, queued, of }: Consumed, chat: Step["chat"] = null): Step => ({
  of,
  database,
  chat,
  queued,
});

describe("a scheduled message costs what the simulation says", () => {
  it("when it is made, sent, repeated, missed and told", { timeout: 60_000 }, async () => {
    const { desk, work, deliveries } = await createAppointments();
    const phones = Array.from({ length: WORK_BATCH }, () => newPhone());
    const [phone = ""] = phones;
    const scheduleAll = async () => {
      const all: Awaited<ReturnType<typeof schedule>>[] = [];
      for (const each of phones) {
        all.push(await schedule(desk, each));
      }
      return all;
    };
    const first = await schedule(desk, phone);
    pass(MINUTE_MS);
    await consume("kivuko-work", work(first.id));
    // Not a message that was sent a moment ago to somebody who has had all for today.
    pass(25 * HOUR_MS);
    const due = await scheduleAll();
    pass(MINUTE_MS);
    const measureChat = await meterChat(desk.supportId, phone);
    const sent = await consume("kivuko-work", ...due.map(({ id }) => work(id)));
    const chat = measureChat();
    const repeated = await consume("kivuko-work", ...due.map(({ id }) => work(id)));
    const late = await scheduleAll();
    pass(3 * HOUR_MS);
    const missed = await consume("kivuko-work", ...late.map(({ id }) => work(id)));
    const rows = await testDb().select({ state: scheduledMessage.state }).from(scheduledMessage);
    const states = Map.groupBy(rows, ({ state }) => state);
    expect([states.get("sent")?.length, states.get("missed")?.length]).toEqual([WORK_BATCH + 1, WORK_BATCH]);
    const [delivery] = await deliveries();
    const told = await consume("kivuko-events", {
      organizationId: desk.organization.id,
      id: delivery?.id,
    });
    // Whatever else was written down in this file.
    await testDb().delete(toolCall);
    await testDb().update(eventDelivery).set({ state: "delivered" });
    pass(ASSUMED.recordDays * DAY_MS + 1);
    const removeEvent = await remove(await testDb().$count(event), removeOldEvents);
    const removeAudit = await remove(await testDb().$count(auditEntry), removeRecords);
    pass(400 * DAY_MS);
    const removeMessage = await remove(rows.length, removeOldSchedules);
    for (const table of [event, auditEntry, scheduledMessage]) {
      expect(await testDb().$count(table)).toBe(0);
    }
    expect({
      createMessage: first.step,
      sendMessage: stepOf(sent, chat),
      repeatMessage: stepOf(repeated),
      missMessage: stepOf(missed),
      tellEndpoint: stepOf(told),
      removeEvent,
      removeAudit,
      removeMessage,
    }).toEqual({
      createMessage: MEASURED.createMessage,
      sendMessage: MEASURED.sendMessage,
      repeatMessage: MEASURED.repeatMessage,
      missMessage: MEASURED.missMessage,
      tellEndpoint: MEASURED.tellEndpoint,
      removeEvent: MEASURED.removeEvent,
      removeAudit: MEASURED.removeAudit,
      removeMessage: MEASURED.removeMessage,
    });
  });
});

const RENT = {
  obligationId: "rent-11",
  title: "Rent of November",
  message:
    "Your rent of KES 12,000 is due today. Thank you for paying by M-Pesa, till 123456, account house 16.",
  action: "reminder",
};

async function awaitPoll(book: CashBook): Promise<string> {
  const { id, nextPollAt } = await pollOf(book);
  vi.setSystemTime(nextPollAt ?? 0);
  return id;
}

describe("an obligation costs what the simulation says", () => {
  it("when it is asked for, done, repeated and told", async () => {
    const book = await createCashBook();
    const { organization, supportId } = book.desk;
    await keepPolls({ ctx: platformAt(Date.now()), input: { recent: true } });
    const poll = async () => {
      const id = await awaitPoll(book);
      return consume("kivuko-work", { type: "obligations.poll", organizationId: organization.id, id });
    };
    const idle = await poll();
    const phone = newPhone();
    const rent = (obligationId: string) => ({
      ...RENT,
      obligationId,
      message: `${RENT.message} (${obligationId})`,
      dueAt: Date.now(),
      phone,
    });
    await book.lists({ obligations: [rent("rent-10")] });
    await poll();
    const act = async (index: number) => {
      const row = (await obligationsOf(book))[index];
      return consume("kivuko-work", {
        type: "obligation.act",
        organizationId: organization.id,
        id: row?.id,
      });
    };
    await act(0);
    await book.lists({ obligations: [rent("rent-11")] });
    const listing = await poll();
    const measureChat = await meterChat(supportId, phone);
    const acted = await act(1);
    const chat = measureChat();
    const repeated = await act(1);
    expect((await obligationsOf(book)).map(({ state }) => state)).toEqual(["sent", "sent"]);
    const [, delivery] = await testDb()
      .select()
      .from(eventDelivery)
      .where(eq(eventDelivery.organizationId, organization.id));
    const told = await consume("kivuko-events", { organizationId: organization.id, id: delivery?.id });
    expect(idle.records).toHaveLength(1);
    const [record] = idle.records as [{ records: [object] }];
    const hundred = Array.from({ length: 100 }, (_, index) => ({
      ...record,
      records: [{ ...record.records[0], id: `call_${index}` }],
    }));
    const stored = await consume("kivuko-records", ...hundred);
    await testDb().delete(auditEntry);
    pass(ASSUMED.recordDays * DAY_MS + HOUR_MS);
    const removeRecord = await remove(await testDb().$count(toolCall), removeRecords);
    const removeObligation = await remove((await obligationsOf(book)).length, removeOldObligations);
    expect([await testDb().$count(toolCall), (await obligationsOf(book)).length]).toEqual([0, 0]);
    expect({
      pollIdle: stepOf(idle),
      pollListing: stepOf(listing),
      actOnObligation: stepOf(acted, chat),
      repeatObligation: stepOf(repeated),
      tellPlugin: stepOf(told),
      storeRecord: stepOf(stored),
      removeRecord,
      removeObligation,
    }).toEqual({
      pollIdle: MEASURED.pollIdle,
      pollListing: MEASURED.pollListing,
      actOnObligation: MEASURED.actOnObligation,
      repeatObligation: MEASURED.repeatObligation,
      tellPlugin: MEASURED.tellPlugin,
      storeRecord: MEASURED.storeRecord,
      removeRecord: MEASURED.removeRecord,
      removeObligation: MEASURED.removeObligation,
    });
  });
});

/** Bytes that D1 grows by for each copy of the table's newest row; `named` are the columns that tell rows apart. */
async function bytesOf(table: string, ...named: string[]): Promise<number> {
  const copies = 2_000;
  const { results } = await env.DB.prepare(`select name from pragma_table_info('${table}')`).all<{
    name: string;
  }>();
  const names = results.map(({ name }) => name);
  // As long as they were.
  const values = names.map((name) =>
    named.includes(name) ? `substr(${name}, 1, length(${name}) - 8) || printf('%08d', n)` : name,
  );
  const before = (await env.DB.prepare("select 1").run()).meta.size_after;
  const copied = await env.DB.prepare(
    `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${copies})
     insert into ${table} (${names.join(", ")})
     select ${values.join(", ")} from numbers, (select * from ${table} order by rowid desc limit 1)`,
  ).run();
  return (copied.meta.size_after - before) / copies;
}

describe("what stays in the database", () => {
  it("takes the bytes that the simulation says", async () => {
    const { desk, work } = await createAppointments();
    const { id } = await schedule(desk, newPhone());
    pass(MINUTE_MS);
    await consume("kivuko-work", work(id));
    const message = {
      row: await bytesOf("scheduled_message", "id", "idempotency_key"),
      outcome: await bytesOf("scheduled_outcome", "id"),
    };
    const audit = { row: await bytesOf("audit_entry", "id") };
    const told = {
      row: await bytesOf("event", "id", "dedupe_key"),
      delivery: await bytesOf("event_delivery", "id", "event_id"),
    };
    const book = await createCashBook();
    await keepPolls({ ctx: platformAt(Date.now()), input: { recent: true } });
    await book.lists({ obligations: [{ ...RENT, dueAt: Date.now(), phone: newPhone() }] });
    const poll = {
      type: "obligations.poll",
      organizationId: book.desk.organization.id,
      id: await awaitPoll(book),
    };
    const { records } = await consume("kivuko-work", poll);
    await consume("kivuko-records", ...records);
    const [row] = await obligationsOf(book);
    await consume("kivuko-work", { ...poll, type: "obligation.act", id: row?.id });
    const obligation = {
      row: await bytesOf("obligation", "id", "external_id"),
      change: await bytesOf("obligation_change", "id"),
    };
    const record = { row: await bytesOf("tool_call", "id") };
    const sum = (parts: Readonly<Record<string, number>>) =>
      Object.values(parts).reduce((all, part) => all + part, 0);
    const measured = {
      message: sum(message),
      obligation: sum(obligation),
      event: sum(told),
      record: sum(record),
      audit: sum(audit),
    };
    const apart = Object.entries(measured).filter(
      ([kind, bytes]) => Math.abs(bytes / STORED_BYTES[kind as keyof typeof STORED_BYTES] - 1) > 0.05,
    );
    expect(apart).toEqual([]);
  });
});

describe("a tick", () => {
  it("reads what is due and at most three rows more, in as many reads as the simulation says", async () => {
    const { desk } = await createAppointments();
    const { id } = await schedule(desk, newPhone());
    // Due with the last second that this tick looks ahead, which is in the simulation's window too.
    const now = Date.now() + MINUTE_MS - TICK_AHEAD_MS;
    await env.DB.prepare("update scheduled_message set due_at = ? where id = ?")
      .bind(now + TICK_AHEAD_MS, id)
      .run();
    const due = 1_500;
    await bytesOf("scheduled_message", "id", "idempotency_key");
    await env.DB.prepare(
      `update scheduled_message set due_at = due_at + 1
       where id in (select id from scheduled_message where due_at is not null limit ?)`,
    )
      .bind(2_001 - due)
      .run();
    const database = newMeter();
    let enqueued = 0;
    const sendBatch = async (batch: readonly unknown[]) => {
      enqueued += batch.length;
    };
    const db = createDb(meteredD1(env.DB, database));
    const base = testBase({ db, work: { sendBatch } as never, clock: clockAt(now) });
    await findDueSchedules({ ctx: withActor(base, { kind: "platform", id: "test", organizationId: null }) });
    const simulated = new DueRows({
      rowsPerTick: TICK_PAGES * TICK_PAGE_ROWS,
      rowsPerPage: TICK_PAGE_ROWS,
      aheadSeconds: TICK_AHEAD_MS / 1_000,
      leaseSeconds: SENDING_LEASE_MS / 1_000,
      readsWhenFull: 0,
    });
    simulated.add(dueThen("message", TICK_AHEAD_MS / 1_000, due));
    const { rows, pages } = simulated.tick(0);
    expect({ rows: enqueued, pages: database.reads }).toEqual({ rows, pages });
    expect(database.rowsRead).toBeGreaterThanOrEqual(rows);
    expect(database.rowsRead).toBeLessThanOrEqual(rows + 3);
  });
});
