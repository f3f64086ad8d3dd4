/** Obligations that a plugin's server asks for. */
import { describe, expect, it } from "vitest";
import { actOnObligation } from "../../src/effects/obligations/act-on-obligation.ts";
import { callBridge, dueRent, nextPhone } from "./support/bridge.ts";
import { chatStub, phoneTexts, query } from "./support/chats.ts";
import { openChat } from "./support/conversations.ts";
import {
  actOnAll,
  type CashBook,
  createCashBook,
  obligationsOf,
  platformAt,
  REQUEST,
  TO_ANYONE,
  TO_KNOWN,
  tellAll,
} from "./support/obligations.ts";

const HOUR_MS = 3_600_000;
const TEXT = "Your rent is due.";

type Body = {
  id: string;
  state: string;
  reason: string | null;
  dueAt: string;
  timesLeft: number;
  code: string;
  gate: string;
  permission: string;
};

const ask = (book: CashBook, change: object = {}, key?: string) =>
  callBridge<Body>(
    book.desk,
    { method: "POST", path: "/obligations", body: dueRent(change) },
    key === undefined ? {} : { key },
  );
const read = (book: CashBook, id: string) =>
  callBridge<Body>(book.desk, { method: "GET", path: `/obligations/${id}` });
const cancel = (book: CashBook, id: string) =>
  callBridge<Body>(book.desk, { method: "DELETE", path: `/obligations/${id}` });
const toPhone = (phone: string) => ({ recipient: { type: "external_recipient", phone } });

const inTime = (ms: number) => new Date(Date.now() + ms).toISOString();

describe("a plugin's server", () => {
  it("[OBLIGATION-12] has something reminded when it is due, and not before", async () => {
    const book = await createCashBook();
    const phone = nextPhone();
    const { status, body } = await ask(book, toPhone(phone));
    expect([status, body.state, body.timesLeft]).toEqual([201, "waiting", 1]);
    await actOnAll(book, Date.now());
    expect(await phoneTexts(book.desk, book.desk.supportId, phone)).toEqual([]);
    const now = Date.now() + HOUR_MS;
    await actOnAll(book, now);
    expect(await phoneTexts(book.desk, book.desk.supportId, phone)).toEqual([TEXT]);
    expect((await read(book, body.id)).body).toMatchObject({ state: "sent", timesLeft: 0 });
    await tellAll(book, now);
    expect(await book.heard()).toMatchObject([{ eventType: "reminder.sent", occurredAt: now }]);
    expect(await cancel(book, body.id)).toMatchObject({ status: 409, body: { code: "obligation_settled" } });
  });

  it("[OBLIGATION-12] names the customer of an earlier call, and nobody else's", async () => {
    const book = await createCashBook();
    const { phone } = await openChat(book.desk);
    const userId = await book.meet(phone);
    expect((await ask(book, { recipient: { type: "known_contact", userId } })).status).toBe(201);
    await actOnAll(book, Date.now() + HOUR_MS);
    expect(await phoneTexts(book.desk, book.desk.supportId, phone)).toEqual([TEXT]);
    const refused = await ask(book, { recipient: { type: "known_contact", userId: "AAAA" } });
    expect(refused).toMatchObject({ status: 403, body: { gate: "recipient", code: "recipient_not_known" } });
  });

  it("[OBLIGATION-06] needs the permission of what it leads to as well", async () => {
    const book = await createCashBook([REQUEST, TO_KNOWN]);
    const refused = await ask(book);
    expect(refused).toMatchObject({
      status: 403,
      body: { gate: "permission", code: "permission_not_granted", permission: TO_ANYONE },
    });
    const escalation = await ask(book, { action: "escalation" });
    expect(escalation).toMatchObject({ status: 422, body: { code: "obligation_invalid" } });
    expect(await obligationsOf(book)).toEqual([]);
  });

  it("[OBLIGATION-12] is answered with the same one for the same thing, under whatever key", async () => {
    const book = await createCashBook();
    const same = { externalId: "rent-1", dueAt: inTime(HOUR_MS), ...toPhone(nextPhone()) };
    const [first, second] = [await ask(book, same), await ask(book, same)];
    expect([second.status, second.body.id]).toEqual([201, first.body.id]);
    expect(await cancel(book, first.body.id)).toMatchObject({ status: 200, body: { state: "cancelled" } });
    expect(await cancel(book, first.body.id)).toMatchObject({ status: 200, body: { state: "cancelled" } });
    expect(await ask(book, same)).toMatchObject({ status: 409, body: { code: "obligation_exists" } });
    await actOnAll(book, Date.now() + 2 * HOUR_MS);
    expect((await read(book, first.body.id)).body.state).toBe("cancelled");
  });

  it("[OBLIGATION-12] names the time with any offset, and is the same one in another", async () => {
    const book = await createCashBook();
    const same = { externalId: "rent-1", ...toPhone(nextPhone()) };
    const { status, body } = await ask(book, { ...same, dueAt: "2027-12-01T09:00:00+03:00" });
    expect([status, body.dueAt]).toEqual([201, "2027-12-01T06:00:00.000Z"]);
    const again = await ask(book, { ...same, dueAt: "2027-12-01T01:00:00.000-05:00" });
    expect([again.status, again.body.id]).toEqual([201, body.id]);
    expect(await obligationsOf(book)).toMatchObject([{ dueAt: Date.parse("2027-12-01T06:00:00Z") }]);
  });

  it.each<[string, object]>([
    ["a time beyond two years", { dueAt: inTime(3 * 366 * 24 * HOUR_MS) }],
    ["a time that is none", { dueAt: "2026-02-30T09:00:00Z" }],
    ["a local time", { dueAt: "2026-12-01T09:00:00" }],
    ["an offset that is none", { dueAt: "2026-12-01T09:00:00+25:00" }],
    ["epoch milliseconds", { dueAt: Date.now() }],
    ["no words", { message: "  " }],
    ["another action", { action: "call" }],
    ["a repetition without end", { repeat: { everyHours: 24 } }],
    ["a repetition of no time", { repeat: { everyHours: 0, times: 2 } }],
    ["too many repetitions", { repeat: { everyHours: 1, times: 101 } }],
    ["a field that is not known", { surprise: true }],
  ])("[OBLIGATION-03] is refused %s", async (_, change) => {
    const book = await createCashBook();
    expect((await ask(book, change)).status).toBe(422);
    expect(await obligationsOf(book)).toEqual([]);
  });

  it("[OBLIGATION-08] waits as long as the policy holds it, and can be taken back until then", async () => {
    const book = await createCashBook();
    const clockInNairobi = (ms: number) =>
      new Date(Date.now() + 3 * HOUR_MS + ms).toISOString().slice(11, 16);
    const quietHours = {
      from: clockInNairobi(-HOUR_MS),
      to: clockInNairobi(2 * HOUR_MS),
      allowUrgent: false,
    };
    const set = await book.desk.control("PATCH", `/v1/instances/${book.desk.supportId}`, {
      delivery: { quietHours },
    });
    expect(set.status).toBe(200);
    const phone = nextPhone();
    const { body } = await ask(book, toPhone(phone));
    const now = Date.now() + HOUR_MS;
    await actOnAll(book, now);
    const [row] = await obligationsOf(book);
    expect(row).toMatchObject({ state: "waiting", reason: "quiet_hours" });
    const until = row?.nextActAt ?? 0;
    expect(until).toBeGreaterThan(now);
    await actOnAll(book, until);
    const { body: detail } = await book.desk.control<{ history: object[] }>(
      "GET",
      `/v1/obligations/${body.id}`,
    );
    expect(detail.history).toMatchObject([{ what: "held", reason: "quiet_hours" }]);
    expect((await cancel(book, body.id)).body.state).toBe("cancelled");
    const stub = await chatStub(book.desk.supportId, phone);
    expect(await query(stub, "SELECT state FROM outbox")).toEqual([{ state: "blocked" }]);
    expect(await phoneTexts(book.desk, book.desk.supportId, phone)).toEqual([]);
    await tellAll(book, until);
    expect(await book.heard()).toEqual([]);
  });

  it("[OBLIGATION-13] repeats as often as it said, and leaves out what an outage swallowed", async () => {
    const book = await createCashBook();
    const phone = nextPhone();
    const start = Date.now();
    const { body } = await ask(book, { ...toPhone(phone), repeat: { everyHours: 24, times: 4 } });
    const dueAt = Date.parse(body.dueAt);
    const at = async (now: number) => {
      await actOnAll(book, now);
      await actOnAll(book, now);
      return (await read(book, body.id)).body;
    };
    expect(await at(dueAt)).toMatchObject({
      state: "waiting",
      timesLeft: 3,
      dueAt: new Date(dueAt + 24 * HOUR_MS).toISOString(),
    });
    // Down for the second and the third.
    expect(await at(dueAt + 49 * HOUR_MS)).toMatchObject({
      state: "waiting",
      timesLeft: 1,
      dueAt: new Date(dueAt + 72 * HOUR_MS).toISOString(),
    });
    expect(await at(dueAt + 72 * HOUR_MS)).toMatchObject({ timesLeft: 0 });
    const { body: detail } = await book.desk.control<{ history: { round: number }[] }>(
      "GET",
      `/v1/obligations/${body.id}`,
    );
    expect(detail.history.map(({ round }) => round)).toEqual([1, 2, 4]);
    expect(start).toBeLessThan(dueAt);
  });

  it("[OBLIGATION-10] loses nothing when it dies on the way: the next try finds what was done", async () => {
    const book = await createCashBook();
    const phone = nextPhone();
    const { body } = await ask(book, toPhone(phone));
    const now = Date.now() + HOUR_MS;
    const [row] = await obligationsOf(book);
    const input = { organizationId: row?.organizationId ?? "", id: body.id };
    const dying = platformAt(now);
    Object.defineProperty(dying, "chats", {
      value: {
        idFromString: (text: string) => text,
        idFromName: (text: string) => text,
        get: () => {
          throw new Error("The conversation cannot be reached.");
        },
      },
    });
    await expect(actOnObligation({ ctx: dying, input })).rejects.toThrow();
    await actOnObligation({ ctx: platformAt(now + 1_000), input });
    expect(await phoneTexts(book.desk, book.desk.supportId, phone), "its lease goes on").toEqual([]);
    await actOnObligation({ ctx: platformAt(now + 3 * 60_000), input });
    expect(await phoneTexts(book.desk, book.desk.supportId, phone)).toEqual([TEXT]);
  });
});
