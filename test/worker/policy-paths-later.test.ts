/**
 * Everything that sends by itself, later, is walked through each state that a customer or a plugin may come into
 * between the asking and the sending. The clock is moved by hand; the provider's own log says what went out.
 */
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { keepAllPolls } from "../../src/effects/obligations/obligations.job.ts";
import { callBridge } from "./support/bridge.ts";
import { grantFirstParty } from "./support/first-party.ts";
import { HandQueue } from "./support/hand-queue.ts";
import { type CashBook, createCashBook, obligationsOf, REQUEST, TO_ANYONE } from "./support/obligations.ts";
import { createPolicyNumber, DAY_MS, HOUR_MS, NOON, PolicyCustomer } from "./support/policy.ts";

const MINUTE_MS = 60_000;
const PERMISSIONS = [REQUEST, TO_ANYONE, "plugin:messages:schedule:external_recipient"];
/** A plugin is asked within that time. */
const POLL_MS = 15 * MINUTE_MS;
const CUSTOMER_CAP = 3;
const PLUGIN_CAP = 2;
const TEXT = "Your appointment is at nine.";

let book: CashBook;
let numberId: string;
let schedulingId: string;
let months = 0;
const queue = new HandQueue();

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  book = await createCashBook(PERMISSIONS);
  const { desk } = book;
  await desk.control("DELETE", grantOf(desk.installation.id, desk.supportId));
  numberId = await createPolicyNumber(desk, {
    quietHours: { from: "21:00", to: "07:00", allowUrgent: false },
    dailyCapPerCustomer: CUSTOMER_CAP,
    dailyCapPerPlugin: PLUGIN_CAP,
  });
  schedulingId = await grantFirstParty(desk, "kivuko.scheduling", SCHEDULING, numberId);
  await desk.control("PUT", grantOf(desk.installation.id), { permissions: PERMISSIONS });
  await env.DB.prepare("update api_token set expires_at = ?").bind(Date.UTC(2100, 0)).run();
});
afterAll(() => {
  vi.useRealTimers();
});

const SCHEDULING = { permissions: ["WRITE_MESSAGES"] };
const grantOf = (installationId: string, instanceId = numberId) =>
  `/v1/instances/${instanceId}/grants/${installationId}`;

type Path = {
  /** The installation that sends; null for staff. */
  readonly sender: () => string | null;
  /** Asks for `TEXT` to be sent at that time; the answer tells what became of it. */
  readonly ask: (customer: PolicyCustomer, at: number) => Promise<() => Promise<string>>;
};

const endOfSchedule = (id: string) => async () => {
  const { body } = await book.desk.control<{ state: string; reason: string | null }>(
    "GET",
    `/v1/scheduled-messages/${id}`,
  );
  return [body.state, body.reason].join(" ").trim();
};

/** What waits with a reason was tried, and is held. */
const endOfObligation = async () => {
  const row = (await obligationsOf(book)).at(-1);
  return [row?.state === "waiting" && row.reason ? "held" : row?.state, row?.reason].join(" ").trim();
};

const PATHS: Record<string, Path> = {
  "schedule by the bridge": {
    sender: () => book.desk.installation.id,
    async ask({ phone }, at) {
      const sendAt = new Date(at).toISOString();
      const { status, body } = await callBridge(
        book.desk,
        {
          method: "POST",
          path: "/scheduled-messages",
          body: { recipient: { type: "external_recipient", phone }, text: TEXT, sendAt },
        },
        { instanceId: numberId },
      );
      expect(status).toBe(201);
      return endOfSchedule(body.id ?? "");
    },
  },
  "schedule by staff": {
    sender: () => null,
    async ask({ phone }, at) {
      const { body } = await book.desk.control<{ id: string }>("POST", "/v1/scheduled-messages", {
        instanceId: numberId,
        customer: { phone },
        text: TEXT,
        sendAt: new Date(at).toISOString(),
      });
      return endOfSchedule(body.id);
    },
  },
  "schedule by the agent's toolkit": {
    sender: () => schedulingId,
    async ask({ phone }, at) {
      const localTime = new Date(at + 3 * HOUR_MS).toISOString().slice(0, 16);
      const { body } = await book.desk.callTool({
        instanceId: numberId,
        tool: "scheduling__schedule_message",
        body: { input: { text: TEXT, localTime, timeZone: "Africa/Nairobi" }, customer: { phone } },
      });
      return endOfSchedule(/sch_\w+/.exec(JSON.stringify(body))?.[0] ?? "");
    },
  },
  "obligation by the bridge": {
    sender: () => book.desk.installation.id,
    async ask({ phone }, at) {
      const { status } = await callBridge(
        book.desk,
        {
          method: "POST",
          path: "/obligations",
          body: {
            recipient: { type: "external_recipient", phone },
            externalId: phone,
            title: "Appointment",
            dueAt: new Date(at).toISOString(),
            message: TEXT,
            action: "reminder",
          },
        },
        { instanceId: numberId },
      );
      expect(status).toBe(201);
      return endOfObligation;
    },
  },
  "obligation listed by the plugin": {
    sender: () => book.desk.installation.id,
    async ask(customer) {
      const { phone, now } = customer;
      const item = { obligationId: phone, title: "Appointment", phone, message: TEXT, action: "reminder" };
      await book.lists({ obligations: [{ ...item, dueAt: now }] });
      await keepAllPolls(queue.platform);
      customer.now += POLL_MS;
      vi.setSystemTime(customer.now);
      await queue.tick();
      // The poll; what it found waits in the queue.
      await queue.deliver();
      expect((await obligationsOf(book)).at(-1)).toMatchObject({ externalId: phone, state: "waiting" });
      return endOfObligation;
    },
  },
};

type State = {
  /** From the asking to the sending; left out, an hour. */
  readonly afterMs?: number;
  readonly bring?: (customer: PolicyCustomer, path: Path) => Promise<unknown>;
};

const sendMany = async (customer: PolicyCustomer, count: number, installationId: string | null) => {
  for (let index = 0; index < count; index++) {
    expect(await customer.send(`${index}`, { kind: "proactive", installationId })).toBe("sent allowed");
  }
};

const STATES: Record<string, State> = {
  reachable: {},
  stopped: { bring: (customer) => customer.write("STOP") },
  closed: { afterMs: DAY_MS + HOUR_MS },
  asleep: { afterMs: 11 * HOUR_MS },
  "written to enough": { bring: (customer) => sendMany(customer, CUSTOMER_CAP, null) },
  "written to enough by the plugin": {
    bring: (customer, { sender }) => sendMany(customer, PLUGIN_CAP, sender()),
  },
  "told so already": {
    bring: (customer) => customer.send(TEXT, { kind: "proactive", installationId: null }),
  },
  "of a plugin that was revoked": {
    bring: (_, { sender }) => book.desk.control("DELETE", grantOf(sender() ?? book.desk.installation.id)),
  },
};

const PLUGINS = {
  reachable: "sent",
  stopped: "blocked opted_out",
  closed: "blocked outside_window",
  asleep: "held quiet_hours",
  "written to enough": "held customer_cap",
  "written to enough by the plugin": "held plugin_cap",
  "told so already": "blocked duplicate",
};

describe("[POLICY-15] nobody goes round the policy later", () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ["schedule by the bridge", { ...PLUGINS, "of a plugin that was revoked": "blocked grant_revoked" }],
    [
      "schedule by staff",
      { ...PLUGINS, "written to enough by the plugin": "sent", "of a plugin that was revoked": "sent" },
    ],
    [
      "schedule by the agent's toolkit",
      { ...PLUGINS, "of a plugin that was revoked": "blocked grant_revoked" },
    ],
    [
      "obligation by the bridge",
      { ...PLUGINS, "of a plugin that was revoked": "blocked plugin_not_granted" },
    ],
    [
      "obligation listed by the plugin",
      { ...PLUGINS, "of a plugin that was revoked": "blocked plugin_not_granted" },
    ],
  ])("%s", { timeout: 60_000 }, async (name, expected) => {
    const path = PATHS[name];
    const became: Record<string, string> = {};
    for (const [state, { afterMs = HOUR_MS, bring }] of Object.entries(STATES)) {
      const customer = new PolicyCustomer(book.desk, numberId);
      months += 1;
      customer.now = NOON + months * 30 * DAY_MS;
      vi.setSystemTime(customer.now);
      await customer.write("Hello");
      await customer.pass(10_000);
      await book.lists({ obligations: [] });
      const at = customer.now + afterMs;
      const end = await path?.ask(customer, at);
      customer.now = at - MINUTE_MS;
      if (path !== undefined) {
        await bring?.(customer, path);
      }
      await customer.pass(MINUTE_MS);
      vi.setSystemTime(customer.now);
      const before = (await customer.got()).length;
      await queue.tick();
      await queue.deliver();
      became[state] = (await end?.()) ?? "";
      // What is said to have been sent is in the provider's log, and nothing else is.
      const more = (await customer.got()).slice(before);
      expect(more, `${name}, ${state}`).toEqual(became[state] === "sent" ? [TEXT] : []);
      await book.desk.control("PUT", grantOf(book.desk.installation.id), { permissions: PERMISSIONS });
      await book.desk.control("PUT", grantOf(schedulingId), SCHEDULING);
    }
    expect(became).toEqual(expected);
  });
});
