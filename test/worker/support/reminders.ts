/** A plugin, staff and two customers over everything that sends by itself, with a log of what happened. */
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { keepAllPolls } from "../../../src/effects/obligations/obligations.job.ts";
import type { Asked } from "../../support/delivery-oracle.ts";
import { callBridge } from "./bridge.ts";
import type { Answer } from "./call.ts";
import { type ChatStub, chatStub, ring, saying, thinkBy } from "./chats.ts";
import { DeliveryLog } from "./delivery-log.ts";
import { HandQueue } from "./hand-queue.ts";
import { type CashBook, createCashBook, pollOf, REQUEST, TO_ANYONE } from "./obligations.ts";
import { createPolicyNumber, DAY_MS, REMINDER } from "./policy.ts";

const MINUTE_MS = 60_000;
const PERMISSIONS = [REQUEST, TO_ANYONE, "plugin:messages:schedule:external_recipient"];

/** Messages for later of one run; times are minutes from now. */
export type Plan = {
  readonly customer: number;
  readonly isPlugins: boolean;
  readonly inMinutes: number;
  /** One of a few texts that several messages have; null for one of its own. */
  readonly shared: number | null;
  readonly hasTemplate: boolean;
  readonly isUrgent: boolean;
  readonly whenClosed: "hold" | "block";
  readonly lateMinutes: number;
  readonly times: number;
};

type Kept = { readonly asked: Asked; readonly kind: "schedule" | "requested" | "listed"; id: string };

/** The number and its plugin, made once; everything else is a run's own. */
export type Stage = { readonly book: CashBook; readonly numberId: string };

export async function createStage(delivery: Parameters<typeof createPolicyNumber>[1]): Promise<Stage> {
  // What is due before the next tick is enqueued at once. Here it is lost: what is delivered, and when, is the run's to say.
  vi.spyOn(env.WORK, "sendBatch").mockResolvedValue(undefined as never);
  const book = await createCashBook(PERMISSIONS);
  const { desk } = book;
  await desk.control("DELETE", `/v1/instances/${desk.supportId}/grants/${desk.installation.id}`);
  const numberId = await createPolicyNumber(desk, delivery);
  const grant = `/v1/instances/${numberId}/grants/${desk.installation.id}`;
  await desk.control("PUT", grant, { permissions: PERMISSIONS });
  await keepAllPolls(new HandQueue().platform);
  const { id } = await pollOf(book);
  await desk.control("PATCH", `/v1/obligation-polls/${id}`, { intervalMinutes: 120 });
  // The owner's token is good for a day; here years pass.
  await env.DB.prepare("update api_token set expires_at = ?").bind(Date.UTC(2100, 0)).run();
  return { book, numberId };
}

let runs = 0;

export class Run {
  readonly log = new DeliveryLog();
  readonly phones: readonly string[];
  /** Why messages were held on the way, of those that were scheduled. */
  readonly heldFor = new Set<string>();
  readonly #stage: Stage;
  readonly #kept: Kept[] = [];
  readonly #listed: object[] = [];
  #stubs: ChatStub[] = [];
  readonly #queue = new HandQueue();
  #names = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    runs += 1;
    const digits = String(runs).padStart(4, "0");
    // Kenya and India: one zone each, neither of which puts its clocks forward.
    this.phones = [`+25474455${digits}`, `+91987655${digits}`];
  }

  /** Everything as at the beginning, at this time, with nothing left of an earlier run. */
  async start(at: number): Promise<void> {
    vi.setSystemTime(at);
    await env.DB.batch(
      ["scheduled_outcome", "scheduled_message", "obligation_change", "obligation"].map((table) =>
        env.DB.prepare(`delete from ${table}`),
      ),
    );
    await this.#stage.book.lists({ obligations: [] });
    this.#stubs = await Promise.all(this.phones.map((phone) => chatStub(this.#stage.numberId, phone)));
    await Promise.all(this.#stubs.map((stub) => thinkBy(stub, saying("Hi"))));
    await this.grant(true);
    await this.quiet({ allowUrgent: true });
    for (const customer of this.phones.keys()) {
      await this.write(customer, "Hello");
    }
  }

  #bridge(method: string, path: string, body?: object) {
    const { book, numberId } = this.#stage;
    const request = { method, path, ...(body !== undefined && { body }) };
    return callBridge(book.desk, request, { instanceId: numberId });
  }

  async schedule(plan: Plan): Promise<void> {
    const { isPlugins, isUrgent, whenClosed, lateMinutes, times, customer } = plan;
    const phone = this.phones[customer] ?? "";
    const words = this.#words(plan, isPlugins ? "plugin" : "staff");
    const template = plan.hasTemplate ? `template of ${words}` : null;
    const firstAt = Date.now() + plan.inMinutes * MINUTE_MS;
    const terms = {
      text: words,
      sendAt: new Date(firstAt).toISOString(),
      isUrgent,
      whenClosed,
      sendIfLateBy: lateMinutes * 60,
      ...(times > 1 && { recurrence: { every: "day", count: times } }),
      ...(template !== null && { template: { ...REMINDER, variables: { "1": template, "2": "x" } } }),
    };
    const [{ status, body }, span] = await this.log.span<Answer<{ id?: string }>>(() =>
      isPlugins
        ? this.#bridge("POST", "/scheduled-messages", {
            ...terms,
            recipient: { type: "external_recipient", phone },
          })
        : this.#stage.book.desk.control("POST", "/v1/scheduled-messages", {
            ...terms,
            instanceId: this.#stage.numberId,
            customer: { phone },
          }),
    );
    expect([201, 403]).toContain(status);
    if (status === 201) {
      this.#keep("schedule", body.id ?? "", {
        ...span,
        what: "asked",
        id: body.id ?? "",
        customer: phone,
        text: words,
        template,
        isUrgent,
        firstAt,
        times,
        everyMs: DAY_MS,
        lateMs: lateMinutes * MINUTE_MS,
        sender: isPlugins ? this.#plugin : null,
      });
    }
  }

  /** An obligation that the plugin's server asks for. */
  async request(plan: Plan): Promise<void> {
    const phone = this.phones[plan.customer] ?? "";
    const text = this.#words(plan, "plugin");
    const template = plan.hasTemplate ? `template of ${text}` : null;
    // What is due within the minute is enqueued at once; here the tick does it.
    const firstAt = Date.now() + Math.max(plan.inMinutes, 2) * MINUTE_MS;
    const [{ status, body }, span] = await this.log.span(() =>
      this.#bridge("POST", "/obligations", {
        recipient: { type: "external_recipient", phone },
        externalId: `${phone}:${this.#names}`,
        title: "Rent",
        dueAt: new Date(firstAt).toISOString(),
        message: text,
        action: "reminder",
        whenClosed: plan.whenClosed,
        ...(template !== null && { template: { ...REMINDER, variables: { "1": template, "2": "x" } } }),
        ...(plan.times > 1 && { repeat: { everyHours: 24, times: plan.times } }),
      }),
    );
    expect([201, 403]).toContain(status);
    if (status === 201) {
      this.#keep("requested", body.id ?? "", {
        ...span,
        what: "asked",
        id: body.id ?? "",
        customer: phone,
        text,
        template,
        isUrgent: false,
        firstAt,
        times: plan.times,
        everyMs: DAY_MS,
        lateMs: null,
        sender: this.#plugin,
      });
    }
  }

  /** One more that is due whenever the plugin is asked. */
  async list(customer: number): Promise<void> {
    const phone = this.phones[customer] ?? "";
    const dueAt = Date.now();
    const text = this.#words({ shared: null }, "plugin");
    const obligationId = `${phone}:${this.#names}`;
    this.#listed.push({ obligationId, title: "Rent", dueAt, phone, message: text, action: "reminder" });
    const [, span] = await this.log.span(() => this.#stage.book.lists({ obligations: this.#listed }));
    this.#keep("listed", obligationId, {
      ...span,
      what: "asked",
      id: obligationId,
      customer: phone,
      text,
      template: null,
      isUrgent: false,
      firstAt: dueAt,
      times: 1,
      everyMs: DAY_MS,
      lateMs: null,
      sender: this.#plugin,
    });
  }

  get #plugin(): string {
    return this.#stage.book.desk.installation.id;
  }

  #keep(kind: Kept["kind"], id: string, asked: Asked): void {
    this.log.entries.push(asked);
    this.#kept.push({ asked, kind, id });
  }

  #words({ shared }: Pick<Plan, "shared">, by: string): string {
    this.#names += 1;
    return shared === null ? `${by} ${this.#names}` : `${by} shared ${shared}`;
  }

  /** One of those that were asked for, counted from the latest, if there are any. */
  #pick(which: number, kinds: readonly Kept["kind"][]): Kept | undefined {
    const some = this.#kept.filter(({ kind }) => kinds.includes(kind));
    return some.at(-1 - (which % Math.max(some.length, 1)));
  }

  async edit(which: number, minutes: number | null): Promise<void> {
    const kept = this.#pick(which, ["schedule"]);
    if (kept === undefined) {
      return;
    }
    const { asked } = kept;
    this.#names += 1;
    const text = `${asked.text} changed ${this.#names}`;
    const firstAt = Date.now() + (minutes ?? 0) * MINUTE_MS;
    const isRetimed = minutes !== null && asked.times === 1;
    const change = isRetimed ? { sendAt: new Date(firstAt).toISOString() } : { text };
    const [{ status }, span] = await this.log.span<Answer<unknown>>(() =>
      asked.sender === null
        ? this.#stage.book.desk.control("PATCH", `/v1/scheduled-messages/${asked.id}`, change)
        : this.#bridge("PATCH", `/scheduled-messages/${asked.id}`, change),
    );
    expect([200, 403, 409]).toContain(status);
    if (status === 200) {
      this.log.entries.push({
        what: "changed",
        id: asked.id,
        ...span,
        ...(isRetimed ? { firstAt } : { text }),
      });
    }
  }

  async cancel(which: number): Promise<void> {
    const kept = this.#pick(which, ["schedule", "requested"]);
    if (kept === undefined) {
      return;
    }
    const { asked, kind } = kept;
    const [{ status }, span] = await this.log.span<Answer<unknown>>(() =>
      kind === "requested"
        ? this.#bridge("DELETE", `/obligations/${asked.id}`)
        : this.#stage.book.desk.control("POST", `/v1/scheduled-messages/${asked.id}/cancel`),
    );
    expect([200, 403, 409]).toContain(status);
    if (status === 200) {
      this.log.entries.push({ what: "cancelled", id: asked.id, ...span });
    }
  }

  /** The customer writes; the alarm that follows answers. */
  async write(customer: number, text: "Hello" | "STOP" | "START"): Promise<void> {
    const { book, numberId } = this.#stage;
    const phone = this.phones[customer] ?? "";
    const at = Date.now();
    const messages = [
      { providerId: `${phone}:${++this.#names}`, sentAt: at, parts: [{ type: "text" as const, text }] },
    ];
    const address = { organizationId: book.desk.organization.id, instanceId: numberId, phone };
    const [, span] = await this.log.span(async () => this.#stubs[customer]?.receive({ address, messages }));
    const wish = text === "STOP" ? "stop" : text === "START" ? "start" : null;
    this.log.entries.push({ what: "wrote", customer: phone, wish, at, ...span });
  }

  async grant(isGranted: boolean): Promise<void> {
    const { book, numberId } = this.#stage;
    const path = `/v1/instances/${numberId}/grants/${this.#plugin}`;
    const [, span] = await this.log.span<unknown>(() =>
      isGranted
        ? book.desk.control("PUT", path, { permissions: PERMISSIONS })
        : book.desk.control("DELETE", path),
    );
    this.log.entries.push({ what: "granted", sender: this.#plugin, isGranted, ...span });
  }

  /** From nine in the evening to seven in the morning, or none. */
  async quiet(hours: { allowUrgent: boolean } | null): Promise<void> {
    const { book, numberId } = this.#stage;
    const quietHours = hours === null ? null : { from: "21:00", to: "07:00", ...hours };
    const [{ status }, span] = await this.log.span(() =>
      book.desk.control("PATCH", `/v1/instances/${numberId}`, { delivery: { quietHours } }),
    );
    expect(status).toBe(200);
    this.log.entries.push({
      what: "quiet",
      hours: hours === null ? null : { from: 1_260, to: 420, ...hours },
      ...span,
    });
  }

  /** The conversations' alarms. */
  async ring(): Promise<void> {
    await Promise.all(this.#stubs.map(ring));
  }

  /** The minute's tick. What it enqueues is delivered by hand. */
  tick(): Promise<void> {
    return this.#queue.tick();
  }

  async deliver(delivery?: Parameters<HandQueue["deliver"]>[0]): Promise<void> {
    const at = Date.now();
    await this.#queue.deliver(delivery, (id) => {
      const begun = this.log.next();
      this.log.entries.push({ what: "tried", id, at, begun, ended: begun });
    });
    const { results: held } = await env.DB.prepare(
      "select distinct reason from scheduled_message where state = 'held'",
    ).all<{ reason: string }>();
    for (const { reason } of held) {
      this.heldFor.add(reason);
    }
  }

  /** Everything works for that long: the tick comes when something is due, and the queue delivers once. */
  async work(minutes: number): Promise<void> {
    const end = Date.now() + minutes * MINUTE_MS;
    for (let stops = 0; stops < 6; stops++) {
      const next = await this.#nextDueAt();
      if (next === null || next > end) {
        break;
      }
      vi.setSystemTime(Math.max(next, Date.now() + 1_000));
      await this.minute();
    }
    vi.setSystemTime(Math.max(end, Date.now()));
    await this.ring();
  }

  /** One tick with all that follows. */
  async minute(): Promise<void> {
    await this.tick();
    await this.deliver();
    await this.ring();
  }

  async #nextDueAt(): Promise<number | null> {
    const row = await env.DB.prepare(
      `select min(at) as at from (select min(due_at) as at from scheduled_message
         union all select min(next_act_at) from obligation where state = 'waiting'
         union all select min(next_poll_at) from obligation_poll)`,
    ).first<{ at: number | null }>();
    return row?.at ?? null;
  }

  /** Days in which everything works, until nothing waits any more; then the log says how each ended. */
  async finish(): Promise<void> {
    await keepAllPolls(this.#queue.platform);
    for (let looks = 0; looks < 12; looks++) {
      await this.minute();
      const waiting = await env.DB.prepare(
        `select (select count(*) from scheduled_message where due_at is not null)
              + (select count(*) from obligation where state = 'waiting') as waiting`,
      ).first<{ waiting: number }>();
      if (waiting?.waiting === 0) {
        break;
      }
      vi.setSystemTime(Date.now() + 1.5 * DAY_MS + MINUTE_MS);
    }
    for (const kept of this.#kept) {
      await this.#end(kept);
    }
    await this.log.expectTaken(this.phones);
  }

  async #end({ kind, id, asked }: Kept): Promise<void> {
    const { control } = this.#stage.book.desk;
    const row = await env.DB.prepare("select id from obligation where external_id = ?")
      .bind(id)
      .first<{ id: string }>();
    if (kind === "listed" && row === null) {
      // The plugin was never asked again, so nobody was told of it.
      this.log.entries.splice(this.log.entries.indexOf(asked), 1);
      return;
    }
    const path = kind === "schedule" ? `/v1/scheduled-messages/${id}` : `/v1/obligations/${row?.id ?? id}`;
    const { body } = await control<{
      state: string;
      reason: string | null;
      history: { state?: string; what?: string }[];
    }>("GET", path);
    const sent = body.history.filter(({ state, what }) => state === "sent" || what === "sent").length;
    this.log.entries.push({ what: "ended", id, state: body.state, reason: body.reason, sent });
  }
}
