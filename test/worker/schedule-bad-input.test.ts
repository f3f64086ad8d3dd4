/** What cannot be scheduled is refused at every door, with what is wrong and where, and leaves everything as it was. */
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { callBridge, createBridgeDesk } from "./support/bridge.ts";
import type { Answer, ProblemBody } from "./support/call.ts";
import { newPhone } from "./support/chats.ts";
import type { Desk } from "./support/desk.ts";
import { grantFirstParty } from "./support/first-party.ts";
import { HandQueue } from "./support/hand-queue.ts";
import { actOnAll, createCashBook, obligationsOf, poll, pollOf } from "./support/obligations.ts";
import { createPolicyNumber, DAY_MS, HOUR_MS, PolicyCustomer, REMINDER } from "./support/policy.ts";

vi.setConfig({ testTimeout: 60_000 });

const PERMISSION = "plugin:messages:schedule:external_recipient";
/** A week before Europe's clocks are put forward. */
const NOW = Date.parse("2027-03-20T12:00:00Z");
const TOMORROW = "2027-03-21T12:00:00Z";

type Body = ProblemBody & { id: string; state: string; reason: string; sendAt: string; text: string };

let desk: Desk;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  desk = await createBridgeDesk([PERMISSION]);
  await env.DB.prepare("update api_token set expires_at = ?").bind(Date.UTC(2100, 0)).run();
});
afterAll(() => {
  vi.useRealTimers();
});

const terms = (change: object = {}) => ({ text: "Your appointment.", sendAt: TOMORROW, ...change });

const byBridge = (change: object, phone: string, instanceId = desk.supportId) =>
  callBridge<Body>(
    desk,
    {
      method: "POST",
      path: "/scheduled-messages",
      body: { recipient: { type: "external_recipient", phone }, ...terms(change) },
    },
    { instanceId },
  );
const byStaff = (change: object, phone: string) =>
  desk.control<Body>("POST", "/v1/scheduled-messages", {
    instanceId: desk.supportId,
    customer: { phone },
    ...terms(change),
  });

/** All that is known of scheduled messages. */
async function everything(): Promise<string> {
  const { results } = await env.DB.prepare("select * from scheduled_message order by id").all();
  return JSON.stringify(results);
}

const local = (localTime: string, timeZone = "Europe/Berlin", more: object = {}) => ({
  sendAt: { localTime, timeZone, ...more },
});
const daily = (recurrence: object) => ({ recurrence: { every: "day", ...recurrence } });

/** What is asked for, and the pointer and code of what is wrong with it. */
const BAD: [string, object, string, string][] = [
  ["the past", { sendAt: "2027-03-20T11:59:59Z" }, "/sendAt", "in_the_past"],
  ["a local time in the past", local("2027-03-20T12:30"), "/sendAt/localTime", "in_the_past"],
  ["beyond two years", { sendAt: "2029-03-22T12:00:00Z" }, "/sendAt", "too_far_ahead"],
  ["a local time beyond two years", local("9999-12-31T23:59"), "/sendAt/localTime", "too_far_ahead"],
  ["the hour that is skipped", local("2027-03-28T02:30"), "/sendAt/localTime", "no_such_time"],
  ["a day that there is not", local("2027-02-30T09:00"), "/sendAt/localTime", "no_such_day"],
  [
    "a zone that there is not",
    local("2027-04-01T09:00", "Mars/Olympus"),
    "/sendAt/timeZone",
    "unknown_time_zone",
  ],
  ["an offset for a zone", local("2027-04-01T09:00", "+03:00"), "/sendAt/timeZone", "unknown_time_zone"],
  ["a recurrence without end", daily({}), "/recurrence", "without_end"],
  [
    "a recurrence with two ends",
    daily({ count: 2, until: "2027-04-01T00:00:00Z" }),
    "/recurrence/count",
    "two_ends",
  ],
  ["a recurrence of too many", daily({ count: 401 }), "/recurrence/count", "too_many"],
  [
    "a recurrence that ends before it begins",
    daily({ until: "2027-03-21T11:00:00Z" }),
    "/recurrence/until",
    "before_start",
  ],
  [
    "a recurrence that goes on too long",
    daily({ until: "2029-12-31T00:00:00Z" }),
    "/recurrence/until",
    "too_far_ahead",
  ],
  ["a template that the number does not have", { template: REMINDER }, "/template", "template_unknown"],
];

/** What is no such thing at all: the request is not read further. */
const MALFORMED: [string, object, string][] = [
  ["a time without a zone", { sendAt: "2027-04-01T09:00:00" }, "/sendAt"],
  ["epoch milliseconds", { sendAt: NOW + DAY_MS }, "/sendAt"],
  [
    "a choice that there is not",
    local("2027-10-31T02:30", "Europe/Berlin", { whenTwice: "both" }),
    "/sendAt",
  ],
  ["a recurrence of nothing", daily({ count: 0 }), "/recurrence/count"],
  ["a recurrence each zero days", daily({ count: 2, interval: 0 }), "/recurrence/interval"],
  ["a recurrence each hour", { recurrence: { every: "hour", count: 2 } }, "/recurrence/every"],
  ["no text", { text: "   " }, "/text"],
  ["a text that is too long", { text: "x".repeat(4_097) }, "/text"],
  ["a lateness of months", { sendIfLateBy: 8 * 24 * 3_600 }, "/sendIfLateBy"],
  ["a field that there is not", { sendat: TOMORROW }, ""],
];

function expectProblem({ status, headers, body }: Answer<Body>, pointer: string, code?: string): void {
  expect([status, headers.get("content-type")]).toEqual([422, "application/problem+json"]);
  expect(body).toMatchObject({ status: 422, detail: expect.any(String), requestId: expect.any(String) });
  expect(body.issues).toContainEqual(
    expect.objectContaining({ ...(pointer !== "" && { pointer }), ...(code !== undefined && { code }) }),
  );
}

describe("what cannot be scheduled", () => {
  it.each(BAD)("[SCHEDULE-02] %s is refused to a plugin and to staff", async (_, change, pointer, code) => {
    const before = await everything();
    for (const answer of [await byBridge(change, newPhone()), await byStaff(change, newPhone())]) {
      expect(answer.body.code).toBe("schedule_invalid");
      expectProblem(answer, pointer, code);
    }
    expect(await everything()).toBe(before);
  });

  it.each(BAD)(
    "[SCHEDULE-02] %s changes nothing of a message that waits",
    async (_, change, pointer, code) => {
      const { body } = await byBridge({ text: "As it was." }, newPhone());
      const before = await everything();
      const path = `/scheduled-messages/${body.id}`;
      const answers = [
        await callBridge<Body>(desk, { method: "PATCH", path, body: { text: "Half changed.", ...change } }),
        await desk.control<Body>("PATCH", `/v1${path}`, { text: "Half changed.", ...change }),
      ];
      for (const answer of answers) {
        expectProblem(answer, pointer, code);
      }
      expect(await everything()).toBe(before);
    },
  );

  it.each(MALFORMED)("[SCHEDULE-02] %s is refused", async (_, change, pointer) => {
    const before = await everything();
    expectProblem(await byBridge(change, newPhone()), pointer);
    expectProblem(await byStaff(change, newPhone()), pointer);
    expect(await everything()).toBe(before);
  });

  it("[SCHEDULE-01] says what to use in the hour that is skipped, and takes either of the hour that comes twice", async () => {
    const skipped = await byBridge(local("2027-03-28T02:30"), newPhone());
    expect(skipped.body.issues?.[0]?.message).toContain("2027-03-28T03:30");
    const at = async (more: object) =>
      (await byBridge(local("2027-10-31T02:30", "Europe/Berlin", more), newPhone())).body.sendAt;
    expect(await at({})).toBe("2027-10-31T00:30:00.000Z");
    expect(await at({ whenTwice: "later" })).toBe("2027-10-31T01:30:00.000Z");
  });

  it("[SCHEDULE-02] tells the agent in a sentence what is wrong, and schedules nothing", async () => {
    await grantFirstParty(desk, "kivuko.scheduling", { permissions: ["WRITE_MESSAGES"] });
    const customer = new PolicyCustomer(desk, desk.supportId);
    await customer.write("Hello");
    await customer.pass(10_000);
    const before = await everything();
    const said = async (localTime: string, timeZone: string) =>
      JSON.stringify(
        (
          await desk.callTool({
            tool: "scheduling__schedule_message",
            body: { input: { text: "Bring it.", localTime, timeZone }, customer: { phone: customer.phone } },
          })
        ).body,
      );
    expect(await said("2027-03-20T12:30", "Europe/Berlin")).toContain("must be in the future");
    expect(await said("2027-03-28T02:30", "Europe/Berlin")).toContain("use 2027-03-28T03:30");
    expect(await said("2027-04-01T09:00", "Nairobi time")).toContain("must be a time zone");
    expect(await everything()).toBe(before);
  });
});

describe("whom a message may not go to", () => {
  it("[SCHEDULE-13] a number that the grant does not allow, or that is none, is refused and nothing kept", async () => {
    const known = await createBridgeDesk(
      [PERMISSION, "plugin:messages:schedule:known_contact"],
      ["plugin:messages:schedule:known_contact"],
    );
    const ask = (of: Desk, recipient: object) =>
      callBridge<Body & { permission: string; gate: string }>(of, {
        method: "POST",
        path: "/scheduled-messages",
        body: { recipient, ...terms() },
      });
    const before = await everything();
    expect(await ask(known, { type: "external_recipient", phone: newPhone() })).toMatchObject({
      status: 403,
      body: { gate: "permission", code: "permission_not_granted", permission: PERMISSION },
    });
    expect(await ask(known, { type: "known_contact", userId: "AAAA" })).toMatchObject({
      status: 403,
      body: { gate: "recipient", code: "recipient_not_known" },
    });
    for (const phone of ["0712 345 678", "+254", "+1".padEnd(40, "2"), "nobody"]) {
      const refused = await ask(desk, { type: "external_recipient", phone });
      expect([phone, refused.status, refused.body.code]).toEqual([phone, 422, "phone_number_invalid"]);
      expect(refused.body.issues?.[0]?.pointer).toBe("/recipient/phone");
    }
    expect(await everything()).toBe(before);
  });
});

describe("too many", () => {
  it("[SCHEDULE-09] of 30 at once, as many are taken as there is room for, and no more", async () => {
    const { body } = await byBridge({}, newPhone());
    const waiting = `select count(*) as n from scheduled_message where owner_id = '${desk.installation.id}' and due_at is not null`;
    const count = async () => (await env.DB.prepare(waiting).first<{ n: number }>())?.n ?? 0;
    const columns = (
      await env.DB.prepare("select name from pragma_table_info('scheduled_message')").all<{ name: string }>()
    ).results.map(({ name }) => name);
    const values = columns.map((name) =>
      name === "id" ? "'sch_many_' || n" : name === "idempotency_key" ? "null" : name,
    );
    await env.DB.prepare(
      `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ?)
       insert into scheduled_message (${columns}) select ${values} from scheduled_message, numbers where id = ?`,
    )
      .bind(9_990 - (await count()), body.id)
      .run();
    const answers = await Promise.all(Array.from({ length: 30 }, () => byBridge({}, newPhone())));
    const taken = answers.filter(({ status }) => status === 201);
    const refused = answers.filter(({ status }) => status === 409);
    expect([taken.length, refused.length, await count()]).toEqual([10, 20, 10_000]);
    expect(refused[0]?.body).toMatchObject({ code: "schedules_too_many", hint: expect.any(String) });
    // Staff have room of their own, and what is cancelled makes room.
    expect((await byStaff({}, newPhone())).status).toBe(201);
    await callBridge(desk, { method: "DELETE", path: `/scheduled-messages/${taken[0]?.body.id}` });
    expect((await byBridge({}, newPhone())).status).toBe(201);
    expect((await byBridge({}, newPhone())).status).toBe(409);
    await env.DB.prepare("delete from scheduled_message where id like 'sch_many_%'").run();
  });

  it("[OBLIGATION-03] 10,000 due items of one id are one obligation, and few of the others are shown", async () => {
    const book = await createCashBook();
    const phone = newPhone();
    const item = { obligationId: "o", title: "t", dueAt: 1, phone, message: "Pay.", action: "reminder" };
    await book.lists({ obligations: Array.from({ length: 1_000 }, () => item) });
    await actOnAll(book, await poll(book));
    expect((await obligationsOf(book)).map(({ state }) => state)).toEqual(["sent"]);
    const bounded = await pollOf(book);
    expect(bounded).toMatchObject({ lastListed: 1_000, lastAdded: 1, lastDropped: 999, lastError: null });
    expect(bounded.problems).toHaveLength(20);
    await book.lists({ obligations: Array.from({ length: 10_000 }, () => ({ ...item, obligationId: "p" })) });
    await poll(book);
    // An answer that long is looked at as far as a poll goes.
    expect((await obligationsOf(book)).filter(({ externalId }) => externalId === "p")).toHaveLength(1);
    const long = await pollOf(book);
    expect(long).toMatchObject({ lastListed: 10_000, lastAdded: 1, lastDropped: 1_000, lastError: null });
    expect(long.problems).toHaveLength(20);
  });
});

describe("a template that is gone by the time", () => {
  it("[SCHEDULE-14] ends the message with the reason: the number's list or the provider does not know it", async () => {
    const queue = new HandQueue();
    const vanished = { name: "vanished", language: "en" };
    const numberId = await createPolicyNumber(desk);
    await desk.control("PUT", `/v1/instances/${numberId}/grants/${desk.installation.id}`, {
      permissions: [PERMISSION],
    });
    await desk.control("PATCH", `/v1/instances/${numberId}`, { templates: [REMINDER, vanished] });
    const [removed, unknown] = [
      await byBridge({ template: REMINDER }, newPhone(), numberId),
      await byBridge({ template: vanished }, newPhone(), numberId),
    ];
    expect([removed.status, unknown.status]).toEqual([201, 201]);
    await desk.control("PATCH", `/v1/instances/${numberId}`, { templates: [vanished] });
    vi.setSystemTime(Date.parse(TOMORROW) + HOUR_MS / 2);
    await queue.tick();
    await queue.deliver();
    const end = async ({ body: { id } }: Answer<Body>) => {
      const { body } = await desk.control<Body>("GET", `/v1/scheduled-messages/${id}`);
      return [body.state, body.reason];
    };
    expect(await end(removed)).toEqual(["blocked", "template_unknown"]);
    // The code that Meta gives it.
    expect(await end(unknown)).toEqual(["failed", "132001"]);
    vi.setSystemTime(NOW);
  });
});
