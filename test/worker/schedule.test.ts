/** Messages for later: each goes out once, on time, or says why not. The clock is moved by hand. */
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { withActor } from "../../src/access/context.ts";
import type { WorkMessage } from "../../src/contract/work.ts";
import { createDb } from "../../src/db/client.ts";
import { scheduledMessage } from "../../src/db/schema/index.ts";
import { dueSchedules, findDueSchedules } from "../../src/effects/schedule/find-due-schedules.ts";
import { waitingOf } from "../../src/effects/schedule/schedule-message.ts";
import { sendScheduled } from "../../src/effects/schedule/send-scheduled.ts";
import { testBase } from "./support/base.ts";
import { type BridgeBody, callBridge, createBridgeDesk } from "./support/bridge.ts";
import { newPhone, phoneTexts, ring } from "./support/chats.ts";
import { chatBodyOf, openChat, type Page } from "./support/conversations.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { grantFirstParty } from "./support/first-party.ts";
import { testDb } from "./support/organization.ts";

const PERMISSION = "plugin:messages:schedule:external_recipient";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type Body = BridgeBody & {
  sendAt: string;
  text: string;
  remaining: number;
  occurrence: number;
  issues: { pointer: string; code: string }[];
  history: { occurrence: number; state: string; reason: string | null; sendAt: string }[];
};

let desk: Desk;
beforeEach(async () => {
  // A week before Europe's clocks are put forward.
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2027-03-20T12:00:00Z") });
  desk = await createBridgeDesk([PERMISSION]);
  // The owner's token, which is good for a day, is used for weeks here.
  await env.DB.prepare("update api_token set expires_at = ?").bind(Date.parse("2028-01-01")).run();
});
afterEach(() => {
  vi.useRealTimers();
});

const inAnHour = () => new Date(Math.ceil(Date.now() / 1_000) * 1_000 + HOUR).toISOString();

async function schedule(terms: object = {}, phone = newPhone(), by = desk) {
  const answer = await callBridge<Body>(by, {
    method: "POST",
    path: "/scheduled-messages",
    body: {
      recipient: { type: "external_recipient", phone },
      text: "Your appointment is tomorrow.",
      sendAt: inAnHour(),
      ...terms,
    },
  });
  return { ...answer, id: answer.body.id ?? "", phone };
}

const read = async (id: string) => (await desk.control<Body>("GET", `/v1/scheduled-messages/${id}`)).body;
const got = (phone: string) => phoneTexts(desk, desk.supportId, phone);

/** A context at the clock's time whose queue only keeps what it gets. */
function platform() {
  const queued: { body: WorkMessage; delaySeconds: number }[] = [];
  const work = { sendBatch: async (batch: typeof queued) => void queued.push(...batch) };
  const base = testBase({ work: work as never });
  return { queued, ctx: withActor(base, { kind: "platform", id: "test", organizationId: null }) };
}

/** One tick, and what it enqueued. */
async function tick() {
  const { ctx, queued } = platform();
  await findDueSchedules({ ctx });
  return queued.filter(({ body }) => body.organizationId === desk.organization.id);
}

const consume = async (id: string) =>
  sendScheduled({ ctx: platform().ctx, input: { organizationId: desk.organization.id, id } });

/** Moves the clock to that time and lets the tick and the queue do their work. */
async function runAt(time: string | number): Promise<void> {
  vi.setSystemTime(new Date(time));
  for (const { body } of await tick()) {
    await consume(body.id);
  }
}

describe("a scheduled message", () => {
  it("[SCHEDULE-04] is enqueued within its minute for its second, and sent then and not before", async () => {
    const { id, phone, body } = await schedule();
    const due = Date.parse(body.sendAt);
    expect(body).toMatchObject({ state: "scheduled", remaining: 1, occurrence: 1 });
    vi.setSystemTime(due - 76_000);
    expect(await tick()).toEqual([]);
    vi.setSystemTime(due - 30_000);
    expect(await tick()).toMatchObject([{ body: { type: "schedule.send", id }, delaySeconds: 30 }]);
    await consume(id);
    expect(await got(phone)).toEqual([]);
    await runAt(due);
    expect(await got(phone)).toEqual(["Your appointment is tomorrow."]);
    expect(await read(id)).toMatchObject({ state: "sent", remaining: 0, history: [{ state: "sent" }] });
    expect(await tick()).toEqual([]);
  });

  it("[SCHEDULE-04] is enqueued at once when staff or the agent set it to a time before the next tick", async () => {
    const { phone, stub } = await openChat(desk, "Hello");
    await ring(stub);
    await grantFirstParty(desk, "kivuko.scheduling", { permissions: ["WRITE_MESSAGES"] });
    const byStaff = (sendAt: string) =>
      desk.control<Body>("POST", "/v1/scheduled-messages", {
        instanceId: desk.supportId,
        customer: { phone },
        text: "From Asha.",
        sendAt,
      });
    const later = await byStaff(inAnHour());
    // An agent schedules to the minute.
    const sendAt = "2027-03-20T12:01:00Z";
    vi.setSystemTime(Date.parse(sendAt) - 2_000);
    const sendBatch = vi.spyOn(env.WORK, "sendBatch").mockResolvedValue(undefined as never);
    try {
      const soon = await byStaff(sendAt);
      await desk.control("PATCH", `/v1/scheduled-messages/${later.body.id}`, { sendAt });
      const input = { text: "Now.", localTime: "2027-03-20T15:01", timeZone: "Africa/Nairobi" };
      await desk.callTool({
        tool: "scheduling__schedule_message",
        body: { input, customer: { phone } },
      });
      const agents = await testDb()
        .select()
        .from(scheduledMessage)
        .where(eq(scheduledMessage.text, "Now."))
        .get();
      expect(sendBatch.mock.calls.flatMap(([batch]) => [...batch])).toMatchObject(
        [soon.body.id, later.body.id, agents?.id].map((id) => ({
          body: { type: "schedule.send", id },
          delaySeconds: 2,
        })),
      );
    } finally {
      sendBatch.mockRestore();
    }
    await runAt(sendAt);
    expect(await got(phone)).toEqual(expect.arrayContaining(["From Asha.", "Now."]));
  });

  it("[SCHEDULE-05] is sent once, however often the queue delivers it", async () => {
    const { id, phone, body } = await schedule();
    vi.setSystemTime(new Date(body.sendAt));
    await Promise.all([consume(id), consume(id), consume(id)]);
    await consume(id);
    expect(await got(phone)).toHaveLength(1);
    expect((await read(id)).history).toHaveLength(1);
  });

  it("[SCHEDULE-05] is found again when its queue message is lost, and resumed when its try died", async () => {
    const { id, phone, body } = await schedule();
    const due = Date.parse(body.sendAt);
    vi.setSystemTime(due);
    expect(await tick()).toHaveLength(1);
    vi.setSystemTime(due + MINUTE);
    expect(await tick()).toHaveLength(1);
    await consume(id);
    expect(await got(phone)).toHaveLength(1);
    // As a crash leaves it that came after the sending and before the row: claimed, the outcome not written.
    await env.DB.batch([
      env.DB.prepare("delete from scheduled_outcome where scheduled_message_id = ?").bind(id),
      env.DB.prepare("update scheduled_message set state = 'sending', due_at = ? where id = ?").bind(
        due + 2 * MINUTE,
        id,
      ),
    ]);
    await runAt(due + 2 * MINUTE);
    expect(await got(phone)).toHaveLength(1);
    expect(await read(id)).toMatchObject({ state: "sent", history: [{ state: "sent" }] });
  });

  it("[SCHEDULE-06] is not sent when it is changed, cancelled or its plugin revoked after it was enqueued", async () => {
    const [changed, cancelled, reworded, revoked] = [
      await schedule(),
      await schedule(),
      await schedule(),
      await schedule(),
    ];
    const due = Date.parse(changed.body.sendAt);
    vi.setSystemTime(due - 20_000);
    expect((await tick()).length).toBeGreaterThanOrEqual(3);
    const later = new Date(due + HOUR).toISOString();
    const change = (id: string, body: object) =>
      callBridge<Body>(desk, { method: "PATCH", path: `/scheduled-messages/${id}`, body });
    expect((await change(changed.id, { sendAt: later })).body).toMatchObject({ sendAt: later });
    expect((await change(reworded.id, { text: "It is moved." })).status).toBe(200);
    const ended = await callBridge(desk, { method: "DELETE", path: `/scheduled-messages/${cancelled.id}` });
    expect(ended.body).toMatchObject({ state: "cancelled" });
    vi.setSystemTime(due + 1_000);
    for (const { id } of [changed, cancelled, reworded]) {
      await consume(id);
    }
    await desk.control("DELETE", `/v1/instances/${desk.supportId}/grants/${desk.installation.id}`);
    await consume(revoked.id);
    expect(await Promise.all([changed, cancelled, reworded, revoked].map(({ phone }) => got(phone)))).toEqual(
      [[], [], ["It is moved."], []],
    );
    expect(await read(revoked.id)).toMatchObject({ state: "blocked", reason: "grant_revoked" });
    const again = await desk.control("PATCH", `/v1/scheduled-messages/${cancelled.id}`, { text: "x" });
    expect([again.status, again.body.code]).toEqual([409, "scheduled_message_not_open"]);
  });

  it("[SCHEDULE-06] is blocked by STOP, and says so", async () => {
    const { phone, stub } = await openChat(desk, "STOP");
    await ring(stub);
    const { id, body } = await schedule({}, phone);
    const before = (await got(phone)).length;
    await runAt(body.sendAt);
    expect(await got(phone)).toHaveLength(before);
    expect(await read(id)).toMatchObject({ state: "blocked", reason: "opted_out" });
  });

  it("[SCHEDULE-07] is sent late within its limit, and missed after it", async () => {
    const [late, missed] = [await schedule(), await schedule({ sendIfLateBy: 60 })];
    await runAt(Date.parse(late.body.sendAt) + 30 * MINUTE);
    expect(await got(late.phone)).toHaveLength(1);
    expect(await got(missed.phone)).toEqual([]);
    expect(await read(missed.id)).toMatchObject({ state: "missed", reason: "too_late" });
  });

  it("[SCHEDULE-08] is held in quiet hours, and can be cancelled while it is", async () => {
    await desk.control("PATCH", `/v1/instances/${desk.supportId}`, {
      delivery: { quietHours: { from: "21:00", to: "07:00", allowUrgent: false } },
    });
    // Ten in the evening in Nairobi.
    const sendAt = "2027-03-22T19:00:00.000Z";
    const [held, cancelled] = [await schedule({ sendAt }), await schedule({ sendAt })];
    await runAt(sendAt);
    expect(await read(held.id)).toMatchObject({ state: "held", reason: "quiet_hours" });
    expect(await got(held.phone)).toEqual([]);
    const gone = await callBridge(desk, { method: "DELETE", path: `/scheduled-messages/${cancelled.id}` });
    expect([gone.status, gone.body.state]).toEqual([200, "cancelled"]);
    const reworded = await callBridge<Body>(desk, {
      method: "PATCH",
      path: `/scheduled-messages/${held.id}`,
      body: { text: "Good morning." },
    });
    expect(reworded.status).toBe(200);
    await runAt("2027-03-22T23:00:00Z");
    expect(await got(held.phone)).toEqual([]);
    await runAt("2027-03-23T05:00:00Z");
    expect(await got(cancelled.phone)).toEqual([]);
    expect(await read(cancelled.id)).toMatchObject({ state: "cancelled" });
  });

  it("[SCHEDULE-03] recurs by the clock of the place, one sending after the other", async () => {
    const { id, phone } = await schedule({
      sendAt: { localTime: "2027-03-27T09:00", timeZone: "Europe/Berlin" },
      recurrence: { every: "day", count: 3 },
    });
    for (const time of ["2027-03-27T08:00:00Z", "2027-03-28T07:00:00Z", "2027-03-29T07:00:00Z"]) {
      vi.setSystemTime(new Date(Date.parse(time) - 1_000));
      await consume(id);
      await runAt(time);
    }
    expect(await got(phone)).toHaveLength(3);
    const ended = await read(id);
    expect(ended).toMatchObject({ state: "sent", occurrence: 3, remaining: 0 });
    expect(ended.history.map(({ state, occurrence }) => [occurrence, state])).toEqual([
      [1, "sent"],
      [2, "sent"],
      [3, "sent"],
    ]);
  });

  it("[SCHEDULE-05] 200 that are due at once are sent once each", { timeout: 60_000 }, async () => {
    const sendAt = inAnHour();
    const phones = Array.from({ length: 20 }, () => newPhone());
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        schedule({ sendAt, text: `Number ${index}`, isUrgent: true }, phones[index % 20] ?? ""),
      ),
    );
    await desk.control("PATCH", `/v1/instances/${desk.supportId}`, {
      delivery: { dailyCapPerCustomer: null, dailyCapPerPlugin: null },
    });
    vi.setSystemTime(new Date(sendAt));
    const queued = await tick();
    expect(new Set(queued.map(({ body }) => body.id))).toEqual(new Set(all.map(({ id }) => id)));
    await Promise.all([...queued, ...queued].map(({ body }) => consume(body.id)));
    const texts = (await Promise.all(phones.map(got))).flat();
    expect(texts.length).toBe(200);
    expect(new Set(texts).size).toBe(200);
  });
});

describe("a zone beside the time", () => {
  it("[SCHEDULE-01] is the clock of what is asked for and of what is changed", async () => {
    const { status, body } = await schedule({ sendAt: "2027-06-01T09:00", timeZone: "Europe/Berlin" });
    expect([status, body]).toMatchObject([
      201,
      { sendAt: "2027-06-01T07:00:00.000Z", localTime: "2027-06-01T09:00:00", timeZone: "Europe/Berlin" },
    ]);
    const path = `/v1/scheduled-messages/${body.id}`;
    const moved = { sendAt: "2027-06-02T09:00", timeZone: "Africa/Nairobi" };
    expect((await desk.control("PATCH", path, moved)).body).toMatchObject({
      sendAt: "2027-06-02T06:00:00.000Z",
      timeZone: "Africa/Nairobi",
    });
    expect(await desk.control("PATCH", path, { timeZone: "Europe/Berlin" })).toMatchObject({
      status: 422,
      body: { code: "schedule_invalid", issues: [{ pointer: "/timeZone", code: "without_time" }] },
    });
    expect((await desk.control("GET", path)).body).toMatchObject({ timeZone: "Africa/Nairobi" });
  });
});

describe("what is refused", () => {
  it("[SCHEDULE-02] names every problem of the times", async () => {
    const { status, body } = await schedule({
      sendAt: { localTime: "2027-02-30T09:00", timeZone: "Nowhere" },
      recurrence: { every: "day" },
    });
    expect([status, body.code, body.issues.map(({ pointer }) => pointer)]).toEqual([
      422,
      "schedule_invalid",
      ["/sendAt/localTime", "/sendAt/timeZone", "/recurrence"],
    ]);
  });

  it("[SCHEDULE-02] names a template that the number does not have", async () => {
    const { status, body } = await schedule({ template: { name: "reminder", language: "en" } });
    expect([status, body.issues[0]?.code]).toEqual([422, "template_unknown"]);
  });

  it("[SCHEDULE-09] refuses a plugin more than 10,000 that wait, and reads only what is due of 20,000", async () => {
    const { id } = await schedule();
    await fill(id, 10_000, desk.installation.id);
    const refused = await schedule();
    expect([refused.status, refused.body.code]).toEqual([409, "schedules_too_many"]);
    await fill(id, 10_000, "ins_other");
    const due = Date.parse((await read(id)).sendAt);
    const read_ = await dueSchedules(createDb(env.DB), due, null).run();
    const { rows_read: rows } = read_.meta as { rows_read: number };
    expect(read_.results.length).toBe(1);
    expect(rows).toBeLessThanOrEqual(3);
    const plan = dueSchedules(createDb(env.DB), due, { id, organizationId: "", dueAt: due - 1 }).toSQL();
    const explained = await env.DB.prepare(`explain query plan ${plan.sql}`)
      .bind(...plan.params)
      .all<{ detail: string }>();
    expect(explained.results.map(({ detail }) => detail).join()).toContain(
      "USING COVERING INDEX scheduled_message_due",
    );
  });

  it("[SCHEDULE-09] counts what waits, and reads nothing of what is over", async () => {
    const { sql, params } = waitingOf(createDb(env.DB), desk.installation.id).toSQL();
    const { results } = await env.DB.prepare(`explain query plan ${sql}`)
      .bind(...params)
      .all<{ detail: string }>();
    expect(results.map(({ detail }) => detail).join()).toContain("INDEX scheduled_message_waiting");
  });
});

/** Copies of a row that wait for next year. */
async function fill(id: string, count: number, ownerId: string): Promise<void> {
  const [row] = await testDb().select().from(scheduledMessage).limit(1);
  const columns = (
    await env.DB.prepare("select name from pragma_table_info('scheduled_message')").all<{ name: string }>()
  ).results.map(({ name }) => name);
  const values = columns.map((name) =>
    name === "id"
      ? "'sch_' || ? || n"
      : name === "owner_id"
        ? `'${ownerId}'`
        : name === "idempotency_key"
          ? "null"
          : name === "due_at" || name === "send_at"
            ? `${name} + 31536000000 + n`
            : name,
  );
  expect(row).toBeDefined();
  await env.DB.prepare(
    `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${count})
     insert into scheduled_message (${columns.join(", ")}) select ${values.join(", ")} from scheduled_message, numbers where id = ?`,
  )
    .bind(ownerId, id)
    .run();
}

describe("who sees what", () => {
  it("[SCHEDULE-10] a plugin sees and changes its own on the number it calls for", async () => {
    const { id } = await schedule();
    const stranger = await createBridgeDesk([PERMISSION]);
    const list = await callBridge<Page<Body>>(stranger, { method: "GET", path: "/scheduled-messages" });
    expect(list.body.data).toEqual([]);
    for (const method of ["PATCH", "DELETE"]) {
      const answer = await callBridge(stranger, {
        method,
        path: `/scheduled-messages/${id}`,
        ...(method === "PATCH" && { body: { text: "x" } }),
      });
      expect([answer.status, answer.body.code]).toEqual([404, "scheduled_message_not_found"]);
    }
    const own = await callBridge<Page<Body>>(desk, {
      method: "GET",
      path: "/scheduled-messages?state=scheduled&limit=1",
    });
    expect(own.body.data).toMatchObject([{ id }]);
    expect(JSON.stringify(own.body)).not.toContain("+254");
  });

  it("[SCHEDULE-11] the calendar shows what goes out and what did not, and why", async () => {
    const sendAt = inAnHour();
    const { id } = await schedule({ sendAt, recurrence: { every: "day", count: 3 }, sendIfLateBy: 60 });
    const to = new Date(Date.parse(sendAt) + 10 * 24 * HOUR).toISOString();
    const from = new Date(Date.now()).toISOString();
    await runAt(Date.parse(sendAt) + HOUR);
    const { body } = await desk.control<{ data: object[]; isComplete: boolean }>(
      "GET",
      `/v1/calendar?instanceId=${desk.supportId}&from=${from}&to=${to}`,
    );
    expect(body.data).toMatchObject([
      { scheduledMessageId: id, occurrence: 1, at: sendAt, state: "missed", reason: "too_late" },
      { scheduledMessageId: id, occurrence: 2, state: "scheduled", reason: null },
      { scheduledMessageId: id, occurrence: 3, state: "scheduled" },
    ]);
    expect(body.isComplete).toBe(true);
    const other = await createDesk();
    const { body: theirs } = await other.control<{ data: object[] }>(
      "GET",
      `/v1/calendar?from=${from}&to=${to}`,
    );
    expect(theirs.data).toEqual([]);
    expect((await desk.control("GET", `/v1/calendar?from=${to}&to=${from}`)).status).toBe(422);
  });

  it("[SCHEDULE-12] staff schedule to a chat; the agent schedules, lists and cancels in its chat", async () => {
    const { phone, stub } = await openChat(desk, "Hello");
    await ring(stub);
    const { id: chatId } = await chatBodyOf(desk, phone);
    const staff = await desk.control<Body>("POST", "/v1/scheduled-messages", {
      instanceId: desk.supportId,
      customer: { chatId },
      text: "From Asha.",
      sendAt: inAnHour(),
    });
    expect(staff.status).toBe(201);
    await grantFirstParty(desk, "kivuko.scheduling", { permissions: ["WRITE_MESSAGES"] });
    const callTool = async (tool: string, input: object) =>
      JSON.stringify(
        (await desk.callTool({ tool: `scheduling__${tool}`, body: { input, customer: { phone } } })).body,
      );
    const when = { localTime: "2027-09-01T09:00", timeZone: "Africa/Nairobi" };
    expect(await callTool("schedule_message", { text: "Bring the form.", ...when })).toContain("Scheduled.");
    const listed = await callTool("list_scheduled", {});
    expect(listed).toContain("Bring the form.");
    expect(listed).not.toContain("From Asha.");
    const id = /sch_\w+/.exec(listed)?.[0] ?? "";
    expect(await callTool("cancel_scheduled", { id: staff.body.id })).toContain("not possible");
    expect(await callTool("cancel_scheduled", { id })).toContain("cancelled");
    expect(await callTool("list_scheduled", {})).toContain("Nothing is scheduled.");
    await runAt(staff.body.sendAt);
    expect(await got(phone)).toContain("From Asha.");
  });
});
