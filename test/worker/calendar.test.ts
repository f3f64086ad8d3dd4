/** The calendar: what goes out when and why, and what did not. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sendScheduled } from "../../src/effects/schedule/send-scheduled.ts";
import { callBridge, dueRent, nextPhone } from "./support/bridge.ts";
import { call } from "./support/call.ts";
import { ring } from "./support/chats.ts";
import { chatBodyOf, openChat } from "./support/conversations.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import {
  actOnAll,
  type CashBook,
  createCashBook,
  ESCALATE_KNOWN,
  platformAt,
  REQUEST,
  TO_ANYONE,
  TO_KNOWN,
} from "./support/obligations.ts";
import { addMember } from "./support/organization.ts";

const SCHEDULE = "plugin:messages:schedule:external_recipient";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Entry = {
  kind: string;
  scheduledMessageId: string | null;
  obligationId: string | null;
  occurrence: number;
  at: string;
  state: string;
  reason: string | null;
  nextTryAt: string | null;
  chatId: string | null;
  why: { occurrences: number; plugin: string | null };
};
type Calendar = { data: Entry[]; nextCursor: string | null; isComplete: boolean };

const inTime = (ms: number) => new Date(Math.floor((Date.now() + ms) / 1_000) * 1_000).toISOString();
const FROM = inTime(-DAY_MS);
const TO = inTime(60 * DAY_MS);

async function read(desk: Desk, query = ""): Promise<Calendar> {
  const answer = await desk.control<Calendar>("GET", `/v1/calendar?from=${FROM}&to=${TO}&${query}`);
  expect(answer.status).toBe(200);
  return answer.body;
}

const brief = ({ kind, occurrence, state, reason }: Entry) =>
  `${kind} ${occurrence} ${state}${reason === null ? "" : ` ${reason}`}`;

async function schedule(desk: Desk, phone: string, terms: object): Promise<string> {
  const { status, body } = await desk.control<{ id: string }>("POST", "/v1/scheduled-messages", {
    instanceId: desk.supportId,
    customer: { phone },
    text: "See you tomorrow.",
    ...terms,
  });
  expect(status).toBe(201);
  return body.id;
}

async function ask({ desk }: CashBook, change: object): Promise<string> {
  const body = dueRent(change);
  const answer = await callBridge<{ id: string }>(desk, { method: "POST", path: "/obligations", body });
  expect(answer.status).toBe(201);
  return answer.body.id;
}

const toPhone = (phone: string) => ({ recipient: { type: "external_recipient", phone } });

describe("[CALENDAR-01] the calendar", () => {
  it("has what is to come and what became of it, with who asked, for whom, and why", async () => {
    const book = await createCashBook([REQUEST, TO_KNOWN, TO_ANYONE, ESCALATE_KNOWN]);
    const { desk } = book;
    const { phone, stub } = await openChat(desk);
    await ring(stub);
    const userId = await book.meet(phone);
    const { id: chatId } = await chatBodyOf(desk, phone);
    const sent = await schedule(desk, phone, { sendAt: inTime(HOUR_MS) });
    const weekly = await schedule(desk, nextPhone(), {
      sendAt: inTime(2 * DAY_MS),
      recurrence: { every: "week", count: 3 },
    });
    await sendScheduled({
      ctx: platformAt(Date.now() + HOUR_MS),
      input: { organizationId: desk.organization.id, id: sent },
    });
    const rent = await ask(book, {
      ...toPhone(phone),
      externalId: "rent-7",
      dueAt: inTime(2 * HOUR_MS),
      repeat: { everyHours: 72, times: 3 },
    });
    const help = await ask(book, {
      recipient: { type: "known_contact", userId },
      action: "escalation",
      dueAt: inTime(20 * DAY_MS),
    });
    await actOnAll(book, Date.now() + 2 * HOUR_MS + 1_000);
    const all = await read(desk);
    expect(all.isComplete).toBe(true);
    expect(all.data.map(brief)).toEqual([
      "message 1 sent",
      "reminder 1 sent",
      "message 1 scheduled",
      "reminder 2 scheduled",
      "reminder 3 scheduled",
      "message 2 scheduled",
      "message 3 scheduled",
      "escalation 1 scheduled",
    ]);
    const [message, reminder] = all.data;
    expect(message).toMatchObject({
      scheduledMessageId: sent,
      obligationId: null,
      chatId,
      installationId: null,
      why: { plugin: null, askedBy: { kind: "api_token" }, occurrences: 1, obligation: null },
    });
    expect(reminder).toMatchObject({
      obligationId: rent,
      chatId,
      installationId: desk.installation.id,
      why: {
        plugin: desk.installation.slug,
        askedBy: { kind: "plugin", id: desk.installation.id },
        occurrence: 1,
        occurrences: 3,
        everyHours: 72,
        obligation: { externalId: "rent-7", title: expect.any(String), source: "requested" },
      },
    });
    expect(JSON.stringify(all)).not.toContain(phone);
    const only = async (query: string) => (await read(desk, query)).data.map(brief);
    expect(await only(`chatId=${chatId}&kind=message`)).toEqual(["message 1 sent"]);
    expect(await only(`chatId=${chatId}`)).toHaveLength(5);
    expect(await only("kind=escalation")).toEqual(["escalation 1 scheduled"]);
    expect(await only("state=sent")).toEqual(["message 1 sent", "reminder 1 sent"]);
    expect(await only(`installationId=${desk.installation.id}&state=scheduled`)).toEqual([
      "reminder 2 scheduled",
      "reminder 3 scheduled",
      "escalation 1 scheduled",
    ]);
    expect(await only(`instanceId=${desk.salesId}`)).toEqual([]);
    expect(await only(`instanceId=${desk.supportId}`)).toHaveLength(8);
    const { body } = await desk.control<Calendar>(
      "GET",
      `/v1/calendar?from=${inTime(8 * DAY_MS)}&to=${TO}&kind=message`,
    );
    expect(body.data.map((entry) => [entry.scheduledMessageId, entry.occurrence])).toEqual([
      [weekly, 2],
      [weekly, 3],
    ]);
    expect(help).toBe(all.data.at(-1)?.obligationId);
  });

  it("says by which rule something is held, and until when", async () => {
    const book = await createCashBook();
    const inNairobi = (ms: number) => new Date(Date.now() + 3 * HOUR_MS + ms).toISOString().slice(11, 16);
    const quietHours = { from: inNairobi(-HOUR_MS), to: inNairobi(3 * HOUR_MS), allowUrgent: false };
    await book.desk.control("PATCH", `/v1/instances/${book.desk.supportId}`, { delivery: { quietHours } });
    const id = await schedule(book.desk, nextPhone(), { sendAt: inTime(HOUR_MS) });
    const now = Date.now() + HOUR_MS;
    await sendScheduled({
      ctx: platformAt(now),
      input: { organizationId: book.desk.organization.id, id },
    });
    await ask(book, { ...toPhone(nextPhone()), dueAt: inTime(HOUR_MS) });
    await actOnAll(book, now + 60_000);
    const { data } = await read(book.desk, "state=held");
    expect(data.map(brief).sort()).toEqual(["message 1 held quiet_hours", "reminder 1 held quiet_hours"]);
    for (const { nextTryAt } of data) {
      expect(Date.parse(nextTryAt ?? "")).toBeGreaterThan(now);
    }
  });

  it("is each part's for whoever may read that, and refuses what it cannot show", async () => {
    const desk = await createDesk();
    const status = async (query: string, token?: string) =>
      token === undefined
        ? (await desk.control("GET", `/v1/calendar?${query}`)).status
        : (await call("GET", `/v1/calendar?${query}`, { token })).status;
    expect(await status("cursor=nonsense")).toBe(422);
    expect(await status("kind=call")).toBe(422);
    expect(await status("state=maybe")).toBe(422);
    expect(await status("limit=501")).toBe(422);
    expect(await status(`from=${FROM}&to=${FROM}`)).toBe(422);
    expect(await status(`from=${FROM}&to=${inTime(93 * DAY_MS)}`)).toBe(422);
    expect(await status("chatId=chat_nobody")).toBe(404);
    const { apiToken } = await addMember(desk.organization.id, "developer");
    expect(await status("", apiToken)).toBe(403);
    expect(await status("kind=reminder", apiToken)).toBe(200);
  });
});

describe("[CALENDAR-02] many entries", () => {
  it("are read page by page, each once, whatever the page's length and the filter", async () => {
    const book = await createCashBook();
    const { desk } = book;
    const same = inTime(3 * HOUR_MS);
    for (let index = 0; index < 4; index++) {
      await schedule(desk, nextPhone(), { sendAt: same });
      await ask(book, { ...toPhone(nextPhone()), dueAt: same, repeat: { everyHours: 24, times: 4 } });
    }
    await schedule(desk, nextPhone(), { sendAt: same, recurrence: { every: "day", count: 20 } });
    await schedule(desk, nextPhone(), { sendAt: same, recurrence: { every: "month", count: 2 } });
    for (const filter of ["", `instanceId=${desk.supportId}`, "kind=reminder"]) {
      const whole = await read(desk, filter);
      expect(whole.isComplete).toBe(true);
      for (const limit of filter === "" ? [6, 17] : [9]) {
        const seen: Entry[] = [];
        let cursor: string | null = null;
        do {
          const page: Calendar = await read(
            desk,
            `${filter}&limit=${limit}${cursor ? `&cursor=${cursor}` : ""}`,
          );
          expect(page.data.length).toBeLessThanOrEqual(limit);
          seen.push(...page.data);
          cursor = page.nextCursor;
          expect(page.isComplete).toBe(cursor === null);
        } while (cursor !== null);
        expect(seen).toEqual(whole.data);
      }
    }
    expect((await read(desk)).data).toHaveLength(4 + 16 + 20 + 2);
  }, 30_000);

  it("go on behind what one answer reads, though a filter leaves little of it", async () => {
    const desk = await createDesk();
    const id = await schedule(desk, nextPhone(), { sendAt: inTime(HOUR_MS) });
    const { results } = await env.DB.prepare("select * from scheduled_message where id = ?").bind(id).all();
    const columns = Object.keys(results[0] ?? {});
    const different: Readonly<Record<string, string>> = {
      id: "'sch_' || i",
      send_at: "send_at + i",
      due_at: "due_at + i",
    };
    await env.DB.prepare(
      `insert into scheduled_message (${columns.join()})
       with recursive n (i) as (select 1 union all select i + 1 from n where i < 2500)
       select ${columns.map((name) => different[name] ?? name).join()} from n, scheduled_message where id = ?`,
    )
      .bind(id)
      .run();
    const pages: number[] = [];
    let cursor: string | null = null;
    do {
      const page: Calendar = await read(desk, `state=held${cursor ? `&cursor=${cursor}` : ""}`);
      pages.push(page.data.length);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(pages).toEqual([0, 0, 0]);
    const first = await read(desk);
    expect([first.data.length, first.isComplete]).toEqual([500, false]);
  });

  it.each([
    ["owner_id", "scheduled_message_waiting", "scheduled_message", "send_at", "due_at is not null"],
    ["instance_id", "scheduled_message_number", "scheduled_message", "send_at", "due_at is not null"],
    ["organization_id", "scheduled_message_coming", "scheduled_message", "send_at", "due_at is not null"],
    ["installation_id", "obligation_lane", "obligation", "next_act_at", "state = 'waiting'"],
    ["organization_id", "obligation_coming", "obligation", "next_act_at", "state = 'waiting'"],
  ])("are found by the index of %s, %s", async (column, index, table, time, waits) => {
    const also = column === "organization_id" ? "" : "and +organization_id = 'o'";
    const { results } = await env.DB.prepare(
      `explain query plan select * from ${table} where ${column} = 'a' ${also} and ${waits} and ${time} >= 1 and ${time} < 9
       order by ${time}, id limit 1000`,
    ).all<{ detail: string }>();
    expect(results[0]?.detail).toContain(`INDEX ${index} (${column}=? AND ${time}>? AND ${time}<?)`);
  });
});

describe("[CALENDAR-03] a scheduled message that is tried out", () => {
  it("says what each rule has against it at its time or another, and stays as it is", async () => {
    const desk = await createDesk("well", { permissions: [SCHEDULE] }, undefined, [SCHEDULE]);
    const quietHours = { from: "21:00", to: "07:00", allowUrgent: false };
    await desk.control("PATCH", `/v1/instances/${desk.supportId}`, { delivery: { quietHours } });
    const phone = nextPhone();
    // 12:00 and 22:00 in Nairobi.
    const [noon, night] = ["2027-06-01T09:00:00.000Z", "2027-06-01T19:00:00.000Z"];
    const { body: own } = await callBridge<{ id: string }>(desk, {
      method: "POST",
      path: "/scheduled-messages",
      body: { ...toPhone(phone), text: "Tomorrow at ten.", sendAt: noon, sendIfLateBy: 12 * 3_600 },
    });
    const simulate = async (fields: object) =>
      (
        await desk.control<{ decision: string; reason: string; until: string; code: string; at: string }>(
          "POST",
          `/v1/scheduled-messages/${own.id}/delivery-simulations`,
          fields,
        )
      ).body;
    expect(await simulate({})).toMatchObject({ decision: "send", reason: "allowed", at: noon });
    expect(await simulate({ at: night })).toMatchObject({
      decision: "hold",
      reason: "quiet_hours",
      until: "2027-06-02T04:00:00.000Z",
    });
    expect(await simulate({ at: "2027-06-01T21:00:01Z" })).toMatchObject({
      decision: "block",
      reason: "expired",
    });
    expect(await simulate({ at: "2020-01-01T00:00:00Z" })).toMatchObject({ code: "simulation_time_passed" });
    await desk.control("POST", `/v1/instances/${desk.supportId}/simulator/messages`, {
      from: phone,
      text: "STOP",
    });
    expect(await simulate({})).toMatchObject({ decision: "block", reason: "opted_out" });
    await desk.control("PUT", `/v1/instances/${desk.supportId}/grants/${desk.installation.id}`, {
      permissions: [],
    });
    expect(await simulate({})).toMatchObject({ decision: "block", reason: "grant_revoked" });
    const path = `/v1/scheduled-messages/${own.id}`;
    expect((await desk.control("GET", path)).body).toMatchObject({ state: "scheduled", sendAt: noon });
    await desk.control("POST", `${path}/cancel`);
    expect(await simulate({})).toMatchObject({ code: "scheduled_message_not_open" });
    const other = await createDesk();
    expect((await other.control("POST", `${path}/delivery-simulations`, {})).status).toBe(404);
  });
});
