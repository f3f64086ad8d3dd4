/** What plugins have reminded and escalated: asked at their own pace, and harmless when they lie. */
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { obligationPoll } from "../../src/db/schema/index.ts";
import { actOnObligation } from "../../src/effects/obligations/act-on-obligation.ts";
import { findDueWork } from "../../src/effects/obligations/find-due-work.ts";
import { keepPolls } from "../../src/effects/obligations/keep-polls.ts";
import { pollPlugin } from "../../src/effects/obligations/poll-plugin.ts";
import { chatStub, newPhone, phoneTexts, ring, saying, thinkBy } from "./support/chats.ts";
import { openChat } from "./support/conversations.ts";
import {
  actOnAll,
  type CashBook,
  createCashBook,
  ESCALATE_KNOWN,
  obligationsOf,
  platformAt,
  poll,
  pollOf,
  quietWork,
  REQUEST,
  TO_ANYONE,
  TO_KNOWN,
  tellAll,
} from "./support/obligations.ts";
import { testDb } from "./support/organization.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DUE_AT = Date.now() - HOUR_MS;

const rent = (change: object = {}) => ({
  obligationId: "rent-11",
  title: "Rent of November",
  dueAt: DUE_AT,
  message: "Your rent of KES 12,000 is due.",
  action: "reminder",
  ...change,
});

/** A page of the tool's answer. */
const due = (...obligations: unknown[]) => ({ obligations });

const textsOf = ({ desk }: CashBook, phone: string) => phoneTexts(desk, desk.supportId, phone);

/** What became of them, by the plugin's own id. */
async function endsOf(book: CashBook): Promise<Record<string, string>> {
  const rows = await obligationsOf(book);
  return Object.fromEntries(
    rows.map(({ externalId, state, reason }) => [
      externalId,
      reason === null ? state : `${state}: ${reason}`,
    ]),
  );
}

async function known(): Promise<{ book: CashBook; phone: string; userId: string }> {
  const book = await createCashBook();
  const { phone } = await openChat(book.desk);
  return { book, phone, userId: await book.meet(phone) };
}

describe("a plugin that lists what is due", () => {
  it("[OBLIGATION-01] is asked at its interval, has its customer reminded, and hears of it", async () => {
    const { book, phone, userId } = await known();
    await book.lists(due(rent({ userId })));
    const now = await poll(book);
    expect(await book.polls()).toEqual([{ now, limit: 100 }]);
    const poll1 = await pollOf(book);
    expect(poll1).toMatchObject({
      failures: 0,
      lastListed: 1,
      lastAdded: 1,
      lastDropped: 0,
      lastError: null,
    });
    expect(poll1.nextPollAt).toBe(now + 15 * MINUTE_MS);
    await actOnAll(book, now);
    expect(await textsOf(book, phone)).toEqual(["Your rent of KES 12,000 is due."]);
    await tellAll(book, now);
    expect(await book.heard()).toEqual([
      { obligationId: "rent-11", eventType: "reminder.sent", occurredAt: now },
    ]);
    const { id } = (await obligationsOf(book))[0] ?? { id: "" };
    const { body } = await book.desk.control("GET", `/v1/obligations/${id}`);
    expect(body).toMatchObject({ state: "sent", history: [{ what: "sent", round: 1 }] });
    expect(JSON.stringify(body)).not.toContain(phone);
  });

  it("[OBLIGATION-02] that says the same again and again has it done once", async () => {
    const { book, phone, userId } = await known();
    await book.lists(due(rent({ userId }), rent({ userId }), rent({ userId, dueAt: DUE_AT + 1 })));
    const now = await poll(book);
    await actOnAll(book, now);
    await book.lists(due(rent({ userId })), due(rent({ userId, dueAt: DUE_AT + 2 })));
    await poll(book);
    const later = await poll(book);
    await actOnAll(book, later);
    expect(await textsOf(book, phone)).toHaveLength(1);
    expect(await obligationsOf(book)).toHaveLength(1);
    expect((await pollOf(book)).problems).toMatchObject([{ obligationId: "rent-11", code: "too_soon" }]);
  });

  it("[OBLIGATION-02] is asked once by two at once, and one obligation is done once by many", async () => {
    const { book, phone, userId } = await known();
    await book.lists(due(rent({ userId })));
    await keepPolls({ ctx: platformAt(Date.now()), input: { recent: true } });
    const { id, organizationId, nextPollAt } = await pollOf(book);
    const now = nextPollAt ?? 0;
    await Promise.all(
      [1, 2, 3].map(() => pollPlugin({ ctx: platformAt(now), input: { organizationId, id } })),
    );
    expect(await book.polls()).toHaveLength(1);
    await Promise.all([1, 2, 3].map(() => actOnAll(book, now)));
    expect(await textsOf(book, phone)).toHaveLength(1);
    // Its lease over, as after a crash between sending and writing that down.
    const [row] = await obligationsOf(book);
    await env.DB.prepare("update obligation set state = 'waiting', next_act_at = ? where id = ?")
      .bind(now, row?.id)
      .run();
    await actOnAll(book, now);
    expect(await textsOf(book, phone)).toHaveLength(1);
    expect((await obligationsOf(book))[0]?.state).toBe("sent");
  });

  it("[OBLIGATION-03] that answers rubbish among good items has the good ones done and the rest shown", async () => {
    const { book, phone, userId } = await known();
    await book.lists(
      due(
        null,
        7,
        "rent",
        {},
        rent({ obligationId: 5, userId }),
        rent({ obligationId: "a", userId, dueAt: "2026-11-20T09:00:00Z" }),
        rent({ obligationId: "b", userId, dueAt: Number.MAX_VALUE }),
        rent({ obligationId: "c", userId, action: "pay" }),
        rent({ obligationId: "d" }),
        rent({ obligationId: "e", userId, phone }),
        rent({ obligationId: "f", phone: "0712 345 678" }),
        rent({ obligationId: "g", userId, message: "x".repeat(5_000) }),
        rent({ obligationId: "h", userId, dueAt: Date.now() + 24 * HOUR_MS }),
        rent({ userId, surprise: true }),
      ),
    );
    const now = await poll(book);
    await actOnAll(book, now);
    expect(await endsOf(book)).toEqual({ "rent-11": "sent" });
    const { body } = await book.desk.control<{ data: { last: object; problems: { code: string }[] }[] }>(
      "GET",
      `/v1/obligation-polls?installationId=${book.desk.installation.id}`,
    );
    expect(body.data[0]?.last).toEqual({ listed: 14, added: 1, dropped: 13 });
    expect(new Set(body.data[0]?.problems.map(({ code }) => code))).toEqual(
      new Set(["item_invalid", "not_due", "phone_number_invalid"]),
    );
  });

  it.each([["text"], [[]], [{}], [{ obligations: {} }], [500], [404]])(
    "[OBLIGATION-04] that answers %j is asked later and later, up to a day, and shown as failing",
    async (answer) => {
      const book = await createCashBook();
      await book.lists(answer);
      let before = await poll(book);
      for (let failures = 1; failures <= 8; failures++) {
        const row = await pollOf(book);
        expect(row.failures).toBe(failures);
        const pause = (row.nextPollAt ?? 0) - before;
        expect(pause).toBeLessThanOrEqual(24 * HOUR_MS);
        before = await poll(book);
      }
      const failing = await pollOf(book);
      expect((failing.nextPollAt ?? 0) - before).toBe(24 * HOUR_MS);
      expect(failing.lastError).toEqual(expect.any(String));
      await book.lists(due());
      await poll(book);
      expect(await pollOf(book)).toMatchObject({ failures: 0, lastError: null });
    },
  );

  it("[OBLIGATION-05] that floods is taken a bounded part of, and the rest later", async () => {
    const book = await createCashBook();
    const phone = newPhone();
    const many = Array.from({ length: 3_000 }, (_, index) =>
      rent({ obligationId: `o-${index}`, phone, message: "Pay." }),
    );
    await book.lists(due(...many));
    await poll(book);
    expect(await obligationsOf(book)).toHaveLength(500);
    expect(await book.polls()).toHaveLength(1);
    expect(await pollOf(book)).toMatchObject({ lastListed: 3_000, lastAdded: 500 });
    await env.DB.prepare(
      `insert into obligation (id, organization_id, instance_id, installation_id, source, external_id, title, message,
         action, due_at, scope, times_left, state, next_act_at, created_at, updated_at)
       with recursive n(i) as (select 1 union all select i + 1 from n where i < 4490)
       select 'obl_x' || installation_id || i, organization_id, instance_id, installation_id, source, 'x' || i, title,
         message, action, due_at, scope, times_left, state, next_act_at, created_at, updated_at
       from n, (select * from obligation where installation_id = ? limit 1)`,
    )
      .bind(book.desk.installation.id)
      .run();
    await book.lists(due(...many.slice(500, 700)));
    await poll(book);
    expect(await pollOf(book), "5,000 wait at most").toMatchObject({ lastAdded: 10, lastDropped: 190 });
    await env.DB.prepare("delete from obligation where installation_id = ?")
      .bind(book.desk.installation.id)
      .run();
  });

  it("[OBLIGATION-05] with ever more to say is asked ten times at most", async () => {
    const book = await createCashBook();
    const pages = Array.from({ length: 12 }, (_, page) =>
      due(
        ...Array.from({ length: 100 }, (_item, index) =>
          rent({ obligationId: `p-${page}-${index}`, phone: "bad number", message: "Pay." }),
        ),
        ...(page < 11 ? [rent({ obligationId: `good-${page}`, phone: newPhone() })] : []),
      ),
    );
    await book.lists(...pages);
    await poll(book);
    expect((await book.polls()).length).toBeLessThanOrEqual(10);
    expect((await pollOf(book)).lastListed).toBeLessThanOrEqual(1_010);
  });

  it("[OBLIGATION-05] is asked for the next page while one is full and new", async () => {
    const book = await createCashBook();
    const page = (from: number, count: number) =>
      due(
        ...Array.from({ length: count }, (_, index) =>
          rent({ obligationId: `p-${from + index}`, phone: newPhone() }),
        ),
      );
    await book.lists(page(0, 100), page(100, 100), page(200, 3));
    await poll(book);
    expect(await book.polls()).toHaveLength(3);
    expect(await pollOf(book)).toMatchObject({ lastListed: 203, lastAdded: 203 });
  });
});

describe("an obligation", () => {
  it("[OBLIGATION-06] of somebody else's customer reaches nobody, and the plugin hears why", async () => {
    const theirs = await known();
    const { book, phone } = await known();
    await book.lists(due(rent({ userId: theirs.userId }), rent({ obligationId: "guess", userId: "AAAA" })));
    const now = await poll(book);
    await actOnAll(book, now);
    expect(await endsOf(book)).toEqual({
      "rent-11": "blocked: recipient_not_known",
      guess: "blocked: recipient_not_known",
    });
    expect(await textsOf(theirs.book, theirs.phone)).toEqual([]);
    expect(await textsOf(book, phone)).toEqual([]);
    await tellAll(book, now);
    expect(await book.heard()).toContainEqual({
      obligationId: "guess",
      eventType: "reminder.blocked",
      occurredAt: now,
      reason: "recipient_not_known",
    });
    expect(await theirs.book.heard()).toEqual([]);
  });

  it("[OBLIGATION-06] that the grant does not reach is blocked: a phone number, a known customer, an escalation", async () => {
    const reaches = async (
      permissions: readonly string[],
      item: (phone: string, userId: string) => object,
    ) => {
      const book = await createCashBook([TO_KNOWN, ...permissions]);
      const { phone } = await openChat(book.desk);
      const userId = await book.meet(phone);
      const path = `/v1/instances/${book.desk.supportId}/grants/${book.desk.installation.id}`;
      await book.desk.control("PUT", path, { permissions });
      await book.lists(due(rent(item(phone, userId))));
      await actOnAll(book, await poll(book));
      expect(await textsOf(book, phone)).toEqual([]);
      return (await endsOf(book))["rent-11"];
    };
    const refused = "blocked: permission_not_granted";
    expect(await reaches([REQUEST, TO_KNOWN], (phone) => ({ phone }))).toBe(refused);
    expect(await reaches([REQUEST, TO_ANYONE], (_, userId) => ({ userId }))).toBe(refused);
    const escalation = { action: "escalation" };
    expect(await reaches([REQUEST, TO_KNOWN], (_, userId) => ({ userId, ...escalation }))).toBe(refused);
    expect(await reaches([REQUEST, ESCALATE_KNOWN], (phone) => ({ phone, ...escalation }))).toBe(
      "blocked: recipient_not_known",
    );
  });

  it("[OBLIGATION-07] of a plugin whose grant was revoked meanwhile is not sent, and the plugin not asked", async () => {
    const { book, phone, userId } = await known();
    await book.lists(due(rent({ userId })));
    const now = await poll(book);
    await book.desk.control(
      "DELETE",
      `/v1/instances/${book.desk.supportId}/grants/${book.desk.installation.id}`,
    );
    await actOnAll(book, now);
    expect(await endsOf(book)).toEqual({ "rent-11": "blocked: plugin_not_granted" });
    expect(await textsOf(book, phone)).toEqual([]);
    await poll(book);
    expect(await pollOf(book)).toMatchObject({ nextPollAt: null, lastError: "not_granted" });
    expect(await book.polls()).toHaveLength(1);
    const run = await book.desk.control("POST", `/v1/obligation-polls/${(await pollOf(book)).id}/run`);
    expect(run).toMatchObject({ status: 409, body: { code: "poll_not_granted" } });
  });

  it("[OBLIGATION-08] goes through the policy: nobody who said STOP is reminded", async () => {
    const { book, phone, userId } = await known();
    await book.desk.control("POST", `/v1/instances/${book.desk.supportId}/simulator/messages`, {
      from: phone,
      text: "STOP",
    });
    await book.lists(due(rent({ userId }), rent({ obligationId: "by-number", phone, message: "Pay now." })));
    const now = await poll(book);
    await actOnAll(book, now);
    expect(await endsOf(book)).toEqual({
      "rent-11": "blocked: opted_out",
      "by-number": "blocked: opted_out",
    });
    expect(await textsOf(book, phone)).not.toContain("Your rent of KES 12,000 is due.");
    await tellAll(book, now);
    expect(await book.heard()).toContainEqual(
      expect.objectContaining({ eventType: "reminder.blocked", reason: "opted_out" }),
    );
  });

  it("[OBLIGATION-09] that needs a person is handed to one, with its own words", async () => {
    const { book, phone, userId } = await known();
    const stub = await chatStub(book.desk.supportId, phone);
    await thinkBy(stub, saying("Hello."));
    await ring(stub);
    const escalation = { summary: "Three months of rent are open.", urgency: "high" };
    await book.lists(due(rent({ userId, action: "escalation", escalation })));
    const now = await poll(book);
    await actOnAll(book, now);
    const { body } = await book.desk.control<{ data: object[] }>("GET", "/v1/escalations");
    expect(body.data).toMatchObject([
      {
        reason: "Rent of November",
        summary: "Three months of rent are open.",
        urgency: "high",
        source: { kind: "obligation" },
      },
    ]);
    expect(await textsOf(book, phone)).toEqual(["Hello."]);
    await tellAll(book, now);
    expect(await book.heard()).toMatchObject([{ eventType: "escalation.sent" }]);
  });
});

describe("the tick", () => {
  it("[OBLIGATION-10] finds what is due, delays it to the second, and finds it again when its message was lost", async () => {
    const { book, userId } = await known();
    await book.lists(due(rent({ userId })));
    await keepPolls({ ctx: platformAt(Date.now()), input: { recent: true } });
    const { id, organizationId, nextPollAt } = await pollOf(book);
    const dueAt = nextPollAt ?? 0;
    expect(dueAt % MINUTE_MS, "not on the minute").toBeGreaterThanOrEqual(5_000);
    const mine = async (now: number) => {
      const { sent, delays, queue } = quietWork();
      await findDueWork({ ctx: platformAt(now, queue) });
      return sent
        .map((body, index) => ({
          type: body.type,
          id: body.id,
          delay: delays[index],
          of: body.organizationId,
        }))
        .filter(({ of }) => of === organizationId);
    };
    expect(await mine(dueAt - 2 * MINUTE_MS)).toEqual([]);
    expect(await mine(dueAt - 30_000)).toMatchObject([{ type: "obligations.poll", id, delay: 30 }]);
    await pollPlugin({ ctx: platformAt(dueAt - 1), input: { organizationId, id } });
    expect(await book.polls(), "before its time").toEqual([]);
    await pollPlugin({ ctx: platformAt(dueAt), input: { organizationId, id } });
    const [row] = await obligationsOf(book);
    expect(await mine(dueAt)).toMatchObject([{ type: "obligation.act", id: row?.id, delay: 0 }]);
    await actOnObligation({ ctx: platformAt(dueAt), input: { organizationId, id: row?.id ?? "" } });
    expect(await mine(dueAt)).toEqual([]);
  });

  it("reads what is due by index alone", async () => {
    for (const text of [
      "select id from obligation_poll where next_poll_at <= 1 order by next_poll_at limit 500",
      "select id from obligation where state = 'waiting' and next_act_at <= 1 order by next_act_at limit 500",
    ]) {
      const { results } = await env.DB.prepare(`explain query plan ${text}`).all<{ detail: string }>();
      expect(results.map(({ detail }) => detail).join()).toMatch(
        /SEARCH .* USING (COVERING )?INDEX obligation_(poll_)?due/,
      );
    }
  });

  it("finds grants that the minute's tick has missed", async () => {
    const book = await createCashBook();
    await env.DB.prepare("update instance_grant set updated_at = 1 where installation_id = ?")
      .bind(book.desk.installation.id)
      .run();
    await env.DB.prepare("update installation set updated_at = 1 where id = ?")
      .bind(book.desk.installation.id)
      .run();
    await keepPolls({ ctx: platformAt(Date.now()), input: { recent: true } });
    await expect(pollOf(book)).rejects.toThrow();
    await keepPolls({ ctx: platformAt(Date.now()), input: { recent: false } });
    expect((await pollOf(book)).intervalMinutes).toBe(15);
  });

  it("asks no plugin that may not have its obligations followed up", async () => {
    const book = await createCashBook([TO_KNOWN]);
    await keepPolls({ ctx: platformAt(Date.now()), input: { recent: false } });
    await expect(pollOf(book)).rejects.toThrow();
  });
});

describe("people", () => {
  it("[OBLIGATION-11] change how often a plugin is asked, and ask it now", async () => {
    const book = await createCashBook();
    await poll(book);
    const { id } = await pollOf(book);
    const changed = await book.desk.control("PATCH", `/v1/obligation-polls/${id}`, {
      intervalMinutes: 1_440,
    });
    expect(changed).toMatchObject({ status: 200, body: { intervalMinutes: 1_440 } });
    for (const intervalMinutes of [4, 1_441, 7.5, "15", null]) {
      const refused = await book.desk.control("PATCH", `/v1/obligation-polls/${id}`, { intervalMinutes });
      expect([intervalMinutes, refused.status]).toEqual([intervalMinutes, 422]);
    }
    const run = await book.desk.control<{ nextPollAt: string }>("POST", `/v1/obligation-polls/${id}/run`);
    expect(run.status).toBe(202);
    expect(Date.parse(run.body.nextPollAt)).toBeLessThanOrEqual(Date.now());
    const [row] = await testDb().select().from(obligationPoll).where(eq(obligationPoll.id, id));
    expect(row?.intervalMinutes).toBe(1_440);
  });

  it("filter the list by state, number and plugin", async () => {
    const { book, userId } = await known();
    await book.lists(due(rent({ userId }), rent({ obligationId: "guess", userId: "AAAA" })));
    await actOnAll(book, await poll(book));
    const count = async (query: string) =>
      (await book.desk.control<{ data: object[] }>("GET", `/v1/obligations?${query}`)).body.data.length;
    expect(await count("")).toBe(2);
    expect(await count("state=blocked")).toBe(1);
    expect(await count(`instanceId=${book.desk.salesId}`)).toBe(0);
    expect(await count(`installationId=${book.desk.installation.id}&limit=1`)).toBe(1);
  });
});
