/** Obligations that are taken back, forgotten, or too many. */
import { env } from "cloudflare:workers";
import { getTableColumns } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { Ctx } from "../../src/access/context.ts";
import { instance, obligation, obligationPoll } from "../../src/db/schema/index.ts";
import { actOnObligation } from "../../src/effects/obligations/act-on-obligation.ts";
import { findDueWork } from "../../src/effects/obligations/find-due-work.ts";
import { keepPolls } from "../../src/effects/obligations/keep-polls.ts";
import { removeOldObligations } from "../../src/effects/obligations/remove-old.ts";
import { callBridge, dueRent, nextPhone } from "./support/bridge.ts";
import { phoneTexts } from "./support/chats.ts";
import {
  actOnAll,
  type CashBook,
  createCashBook,
  obligationsOf,
  platformAt,
  poll,
  pollOf,
  quietWork,
  tellAll,
} from "./support/obligations.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TEXT = "Your rent is due.";

type Body = { id: string; state: string; reason: string | null; code: string; history: object[] };

async function asked(book: CashBook, change: object = {}): Promise<{ id: string; phone: string }> {
  const phone = nextPhone();
  const recipient = { type: "external_recipient", phone };
  const body = dueRent({ recipient, ...change });
  const answer = await callBridge<Body>(book.desk, { method: "POST", path: "/obligations", body });
  expect(answer.status).toBe(201);
  return { id: answer.body.id, phone };
}

const cancel = ({ desk }: CashBook, id: string) => desk.control<Body>("POST", `/v1/obligations/${id}/cancel`);
const takeBack = ({ desk }: CashBook, id: string) =>
  callBridge<Body>(desk, { method: "DELETE", path: `/obligations/${id}` });
const got = ({ desk }: CashBook, phone: string) => phoneTexts(desk, desk.supportId, phone);
const read = async ({ desk }: CashBook, id: string) =>
  (await desk.control<Body>("GET", `/v1/obligations/${id}`)).body;

/** The platform then, whose conversations are reached only after `before` has ended. */
function slowlyAt(now: number, before: () => Promise<unknown>): Ctx {
  const ctx = platformAt(now);
  const real = ctx.chats;
  const chats: Ctx["chats"] = {
    idFromName: (name) => real.idFromName(name),
    idFromString: (text) => real.idFromString(text),
    get(id) {
      const object = real.get(id);
      return new Proxy(object, {
        get: (target, name) =>
          name === "send"
            ? async (input: never) => {
                await before();
                return target.send(input);
              }
            : Reflect.get(target, name),
      });
    },
  };
  Object.defineProperty(ctx, "chats", { value: chats });
  return ctx;
}

/** Quiet hours around this moment, so that reminders are held. */
async function beQuiet({ desk }: CashBook): Promise<void> {
  const inNairobi = (ms: number) => new Date(Date.now() + 3 * HOUR_MS + ms).toISOString().slice(11, 16);
  const quietHours = { from: inNairobi(-HOUR_MS), to: inNairobi(2 * HOUR_MS), allowUrgent: false };
  const set = await desk.control("PATCH", `/v1/instances/${desk.supportId}`, { delivery: { quietHours } });
  expect(set.status).toBe(200);
}

describe("[OBLIGATION-14] people", () => {
  it("cancel an obligation with all its repetitions; it is audited, and its plugin hears of it once", async () => {
    const book = await createCashBook();
    const { id, phone } = await asked(book, { repeat: { everyHours: 24, times: 3 } });
    await actOnAll(book, Date.now() + HOUR_MS);
    expect(await cancel(book, id)).toMatchObject({
      status: 200,
      body: { state: "cancelled", reason: "cancelled_by_staff" },
    });
    expect((await cancel(book, id)).status).toBe(200);
    await actOnAll(book, Date.now() + 3 * DAY_MS);
    expect(await got(book, phone)).toEqual([TEXT]);
    expect((await read(book, id)).history).toMatchObject([{ what: "sent" }, { what: "cancelled", round: 2 }]);
    // In their order, whatever the clock of the one who cancelled: the second waits for the first.
    await tellAll(book, Date.now() + 3 * DAY_MS);
    await tellAll(book, Date.now() + 4 * DAY_MS);
    const heard = (await book.heard()).map(({ eventType, reason }) => [eventType, reason]);
    expect(heard).toEqual([
      ["reminder.sent", undefined],
      ["reminder.blocked", "cancelled_by_staff"],
    ]);
    const audit = await book.desk.control<{ data: object[] }>("GET", `/v1/audit-entries?subjectId=${id}`);
    expect(audit.body.data).toMatchObject([{ action: "obligation.cancelled" }]);
  });

  it("cancel what the policy holds, and are told when it is too late", async () => {
    const book = await createCashBook();
    await beQuiet(book);
    const held = await asked(book);
    await actOnAll(book, Date.now() + HOUR_MS);
    expect((await read(book, held.id)).reason).toBe("quiet_hours");
    expect((await cancel(book, held.id)).body.state).toBe("cancelled");
    const other = await createCashBook();
    const sent = await asked(other);
    await actOnAll(other, Date.now() + HOUR_MS);
    expect(await cancel(other, sent.id)).toMatchObject({
      status: 409,
      body: { code: "obligation_settled" },
    });
    expect((await cancel(other, held.id)).status, "another organisation's").toBe(404);
  });

  it("cannot cancel what is being sent, nor can its plugin, and what was sent meanwhile stays sent", async () => {
    const book = await createCashBook();
    const { id, phone } = await asked(book);
    const answers: [number, string][] = [];
    const ctx = slowlyAt(Date.now() + HOUR_MS, async () => {
      for (const ask of [cancel, takeBack]) {
        const { status, body } = await ask(book, id);
        answers.push([status, body.code]);
      }
    });
    await actOnObligation({ ctx, input: { organizationId: book.desk.organization.id, id } });
    expect(answers).toEqual([
      [409, "obligation_in_progress"],
      [409, "obligation_in_progress"],
    ]);
    expect(await got(book, phone)).toEqual([TEXT]);
    expect(await read(book, id)).toMatchObject({ state: "sent", history: [{ what: "sent" }] });
  });

  it("find what the conversation has sent by itself, which is sent and not cancelled", async () => {
    const book = await createCashBook();
    const { id, phone } = await asked(book);
    const now = Date.now() + HOUR_MS;
    await actOnAll(book, now);
    // As it is while the conversation holds it, which then sends it at its own time.
    await env.DB.prepare(
      "update obligation set state = 'waiting', reason = 'quiet_hours', attempts = 0, next_act_at = ?, times_left = 1 where id = ?",
    )
      .bind(now, id)
      .run();
    expect(await cancel(book, id)).toMatchObject({ status: 409, body: { code: "obligation_settled" } });
    expect(await got(book, phone)).toEqual([TEXT]);
    expect((await read(book, id)).state).toBe("sent");
  });

  it("or a crash in the midst of it: the next try comes to the same end, and nothing is sent", async () => {
    const book = await createCashBook();
    await beQuiet(book);
    const { id, phone } = await asked(book);
    const now = Date.now() + HOUR_MS;
    await actOnAll(book, now);
    await takeBack(book, id);
    await env.DB.prepare(
      "update obligation set state = 'waiting', reason = 'quiet_hours', attempts = 1, next_act_at = ? where id = ?",
    )
      .bind(now, id)
      .run();
    await actOnAll(book, now + DAY_MS);
    expect((await read(book, id)).state).toBe("cancelled");
    expect(await got(book, phone)).toEqual([]);
  });

  it("and tries at the same time: cancelled is never sent, and sent is never cancelled", async () => {
    const book = await createCashBook();
    const ends = new Set<string>();
    for (let round = 0; round < 12; round++) {
      const { id, phone } = await asked(book, { message: `Rent ${round}` });
      const input = { organizationId: book.desk.organization.id, id };
      const act = () => actOnObligation({ ctx: platformAt(Date.now() + HOUR_MS), input });
      const actLater = async () => {
        for (let reads = 0; reads < 3 * round; reads++) {
          await env.DB.prepare("select 1").first();
        }
        await Promise.all([act(), act()]);
      };
      const [{ status }] = await Promise.all([
        round % 2 === 0 ? cancel(book, id) : takeBack(book, id),
        actLater(),
      ]);
      const { state } = await read(book, id);
      const texts = await got(book, phone);
      expect([state, texts.length, status]).toEqual(
        status === 200 ? ["cancelled", 0, 200] : ["sent", 1, 409],
      );
      ends.add(state);
    }
    expect([...ends].sort()).toEqual(["cancelled", "sent"]);
  });
});

describe("[OBLIGATION-15] what is over", () => {
  it("is forgotten with its history after its time, and not while it is listed", async () => {
    const book = await createCashBook();
    const { id } = await asked(book);
    const item = {
      obligationId: "listed",
      title: "Rent",
      dueAt: Date.now() - HOUR_MS,
      phone: nextPhone(),
      message: TEXT,
      action: "reminder",
    };
    await book.lists({ obligations: [item] });
    const start = await poll(book);
    await actOnAll(book, start + HOUR_MS);
    const remove = (days: number) => removeOldObligations({ ctx: platformAt(start + days * DAY_MS) });
    const left = async () => (await obligationsOf(book)).map(({ externalId }) => externalId);
    await remove(89);
    expect(await left()).toHaveLength(2);
    // Listed once more, a month later.
    const due = await pollOf(book);
    await env.DB.prepare("update obligation_poll set next_poll_at = ? where id = ?")
      .bind(start + 30 * DAY_MS, due.id)
      .run();
    await poll(book);
    await remove(91);
    expect(await left()).toEqual(["listed"]);
    expect((await book.desk.control("GET", `/v1/obligations/${id}`)).status).toBe(404);
    const { results } = await env.DB.prepare("select 1 from obligation_change where obligation_id = ?")
      .bind(id)
      .all();
    expect(results).toEqual([]);
    await remove(121);
    expect(await left()).toEqual([]);
  });

  it("is found by index", async () => {
    const { results } = await env.DB.prepare(
      "explain query plan select id from obligation where remove_at is not null and remove_at <= 1 order by remove_at limit 5",
    ).all<{ detail: string }>();
    expect(results.map(({ detail }) => detail).join()).toContain("INDEX obligation_over");
  });
});

/** Copies of a row, with what is different in each as SQL over `i`, which counts from 1. */
async function copy(
  table: typeof obligation | typeof instance | typeof obligationPoll,
  id: string,
  count: number,
  different: Readonly<Record<string, string>>,
) {
  const columns = Object.values(getTableColumns(table)).map(({ name }) => name);
  const name = table === obligation ? "obligation" : table === instance ? "instance" : "obligation_poll";
  await env.DB.prepare(
    `insert into ${name} (${columns.join()})
     with recursive n (i) as (select 1 union all select i + 1 from n where i < ${count})
     select ${columns.map((column) => different[column] ?? column).join()} from n, ${name} where id = ?`,
  )
    .bind(id)
    .run();
}

describe("[OBLIGATION-16] one plugin's thousands", () => {
  it("of overdue obligations keep no other's one waiting", async () => {
    const [greedy, modest] = [await createCashBook(), await createCashBook()];
    const { id } = await asked(greedy);
    const { id: only } = await asked(modest);
    const now = Date.now() + 3 * HOUR_MS;
    await copy(obligation, id, 5_000, {
      id: "'obl_' || i",
      external_id: "'copy ' || i",
      due_at: "due_at - i",
      next_act_at: `${now - 2 * HOUR_MS} - i`,
    });
    const { sent, queue } = quietWork();
    await findDueWork({ ctx: platformAt(now, queue) });
    const acts = sent.filter(({ type }) => type === "obligation.act");
    expect(acts.map((work) => work.id)).toContain(only);
    expect(acts).toHaveLength(2_000);
    const theirs = acts.filter(({ organizationId }) => organizationId === greedy.desk.organization.id);
    expect(theirs.length, "the rest of the room is used").toBeGreaterThan(1_900);
    expect(new Set(acts.map((work) => work.id)).size).toBe(2_000);
    await env.DB.prepare("delete from obligation where external_id like 'copy %'").run();
  });

  it("of numbers to be asked for keep no other's one waiting", async () => {
    const [greedy, modest] = [await createCashBook(), await createCashBook()];
    await keepPolls({ ctx: platformAt(Date.now()), input: { recent: true } });
    const [theirs, only] = [await pollOf(greedy), await pollOf(modest)];
    const now = Date.now() + DAY_MS;
    await copy(instance, greedy.desk.supportId, 2_500, { id: "'inst_' || i" });
    await copy(obligationPoll, theirs.id, 2_500, {
      id: "'opl_' || i",
      instance_id: "'inst_' || i",
      next_poll_at: "next_poll_at - 86400000 - i",
    });
    const { sent, queue } = quietWork();
    await findDueWork({ ctx: platformAt(now, queue) });
    const polls = sent.filter(({ type }) => type === "obligations.poll");
    expect(polls).toHaveLength(2_000);
    expect(polls.map((work) => work.id)).toContain(only.id);
  });

  it("cost one step of the index for each plugin", async () => {
    const { results } = await env.DB.prepare(
      `explain query plan select min(installation_id) from obligation where state = 'waiting' and installation_id > 'a'`,
    ).all<{ detail: string }>();
    expect(results.map(({ detail }) => detail).join()).toContain(
      "COVERING INDEX obligation_lane (installation_id>?)",
    );
  });
});
