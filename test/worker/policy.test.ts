/** The delivery policy where it is asked: in the one way out, for every message, at the moment of sending. */
import { runInDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import type { Think } from "../../src/agent/chats/run-turn.ts";
import type { SendPolicy } from "../../src/contract/policy.ts";
import type { ChatObject } from "../../src/worker.ts";
import { newPhone, thinkBy } from "./support/chats.ts";
import { createDesk, type Desk } from "./support/desk.ts";
import { createPolicyNumber, DAY_MS, HOUR_MS, NOON, PolicyCustomer, REMINDER } from "./support/policy.ts";

const PROACTIVE: SendPolicy = { kind: "proactive" };
const NIGHT = { from: "21:00", to: "07:00", allowUrgent: false };

let desk: Desk;
let numberId: string;
let nightId: string;

beforeAll(async () => {
  desk = await createDesk();
  numberId = await createPolicyNumber(desk, { dailyCapPerCustomer: 3, dailyCapPerPlugin: 2 });
  nightId = await createPolicyNumber(desk, { quietHours: NIGHT });
});

/** Somebody whose message has been answered. */
async function customerOf(instanceId = numberId, text = "Hello"): Promise<PolicyCustomer> {
  const customer = new PolicyCustomer(desk, instanceId);
  await customer.write(text);
  await customer.pass(10_000);
  return customer;
}

const STOPPED =
  "You will get no more messages from us that you have not asked for. Write START to get them again.";
const STARTED = "You will get messages from us again. Write STOP to stop them.";

describe("STOP and START", () => {
  it("[POLICY-05] are confirmed once, reach no turn, and end and begin what nobody asked for", async () => {
    const customer = await customerOf();
    const asked: string[] = [];
    const think: Think = async (call) => {
      asked.push(JSON.stringify(call.input.messages.at(-1)));
      return {
        messages: [],
        text: "Hi again",
        usage: { inputTokens: 1, outputTokens: 1 },
        finishReason: "stop",
      };
    };
    await thinkBy(await customer.stub(), think);
    await customer.write(" stop! ", "stop-1");
    await customer.write(" stop! ", "stop-1");
    await customer.write("Acha");
    expect(await customer.send("Reminder 1", PROACTIVE)).toBe("blocked opted_out");
    await customer.pass(10_000);
    expect(asked).toEqual([]);
    expect(await customer.got()).toEqual(["Hi", STOPPED]);
    await customer.write("Are you open?");
    await customer.pass(10_000);
    expect(asked).toHaveLength(1);
    await customer.write("START");
    await customer.pass(10_000);
    expect(await customer.send("Reminder 2", PROACTIVE)).toBe("sent allowed");
    expect(asked).toHaveLength(1);
    expect(await customer.got()).toEqual(["Hi", STOPPED, "Hi again", STARTED, "Reminder 2"]);
  });

  it("[POLICY-05] START with nothing to begin again, and STOP in a sentence, are for the agent", async () => {
    const customer = await customerOf(numberId, "START");
    await customer.write("please stop by tomorrow");
    await customer.pass(10_000);
    expect(await customer.got()).toEqual(["Hi", "Hi"]);
    expect(await customer.send("Reminder", PROACTIVE)).toBe("sent allowed");
  });

  it("[POLICY-05] are the number's own words, kept for each number by itself", async () => {
    const changed = await desk.control("PATCH", `/v1/instances/${nightId}`, {
      delivery: { optOutWords: ["Basta"], optInWords: ["Ancora"] },
    });
    expect(changed).toMatchObject({
      status: 200,
      body: { delivery: { optOutWords: ["Basta"], quietHours: NIGHT } },
    });
    const customer = await customerOf(nightId, "STOP");
    await customer.write("basta");
    await customer.ring();
    expect((await customer.got())[1]).toContain("Write Ancora");
    expect(await customer.send("Reminder", PROACTIVE)).toBe("blocked opted_out");
    const both = await desk.control<{ code: string }>("PATCH", `/v1/instances/${nightId}`, {
      delivery: { optInWords: ["BASTA."] },
    });
    expect([both.status, both.body.code]).toEqual([422, "delivery_words_conflict"]);
  });

  it("[POLICY-06] stop what is held already", async () => {
    const customer = await customerOf(nightId);
    customer.now = NOON + 12 * HOUR_MS;
    await customer.write("Hello");
    expect(await customer.send("Good night", PROACTIVE)).toBe("held quiet_hours");
    await customer.write("Basta");
    await customer.pass(10_000);
    await customer.pass(12 * HOUR_MS);
    expect(await customer.got()).not.toContain("Good night");
    expect(await customer.states()).toContain("Good night: blocked opted_out");
  });
});

describe("what is not sent now", () => {
  it("[POLICY-07] waits for the customer, goes as the template, or is blocked, as its sender chose", async () => {
    const customer = await customerOf();
    customer.now += DAY_MS + HOUR_MS;
    const template = { ...REMINDER, variables: { "1": "17", "2": "Moi Avenue" } };
    const unknown = { ...template, name: "nobody_approved" };
    expect(await customer.send("A", { ...PROACTIVE, whenClosed: "hold" })).toBe("held outside_window");
    expect(await customer.send("B", { ...PROACTIVE, template })).toBe("sent allowed");
    expect(await customer.send("C", PROACTIVE)).toBe("blocked outside_window");
    expect(await customer.send("D", { ...PROACTIVE, template: unknown })).toBe("blocked template_unknown");
    const lines = await (await customer.stub()).readOutbound({ limit: 10, after: 0 });
    expect(lines.at(-3)).toMatchObject({
      message: { type: "template" },
      policy: { decision: "send_template" },
    });
    expect(await customer.got()).toHaveLength(2);
    await customer.write("Hello");
    await customer.pass(10_000);
    expect(await customer.states()).toContain("A: sent allowed");
  });

  it("[POLICY-07] is one template, however many messages its text would have been", async () => {
    const customer = await customerOf();
    customer.now += DAY_MS + HOUR_MS;
    const template = { ...REMINDER, variables: { "1": "17", "2": "Moi Avenue" } };
    expect(await customer.send("word ".repeat(2_000), { ...PROACTIVE, template })).toBe("sent allowed");
    expect(await customer.got()).toHaveLength(2);
  });

  it("[POLICY-08] waits for the end of the quiet hours where the customer is", async () => {
    const customer = await customerOf(nightId);
    await customer.pass(9 * HOUR_MS);
    expect(await customer.send("Reminder", { ...PROACTIVE, isUrgent: true }, "r")).toBe("held quiet_hours");
    expect(await customer.send("Your receipt", { kind: "transactional" })).toBe("sent allowed");
    await customer.pass(9 * HOUR_MS);
    expect(await customer.got()).not.toContain("Reminder");
    await customer.pass(HOUR_MS);
    expect(await customer.got()).toContain("Reminder");
    expect(await customer.send("Reminder", PROACTIVE, "r")).toBe("sent allowed");
  });

  it("[POLICY-09] is one more than the number's caps, until there is room or a day is over", async () => {
    const customer = await customerOf();
    const ours: SendPolicy = { kind: "proactive", installationId: null };
    expect(await customer.send("1", PROACTIVE)).toBe("sent allowed");
    await customer.pass(HOUR_MS);
    expect(await customer.send("2", PROACTIVE)).toBe("sent allowed");
    expect(await customer.send("3", { ...PROACTIVE, whenClosed: "hold" })).toBe("held plugin_cap");
    expect(await customer.send("4", ours)).toBe("sent allowed");
    expect(await customer.send("5", ours)).toBe("held customer_cap");
    await customer.pass(22 * HOUR_MS);
    await customer.write("Hello");
    await customer.pass(HOUR_MS);
    const states = ["3: sent allowed", "4: sent allowed", "5: held customer_cap"];
    expect((await customer.states()).slice(-4, -1)).toEqual(states);
  });

  it("[POLICY-10] is what the customer has just got", async () => {
    const customer = await customerOf();
    expect(await customer.send("Same", PROACTIVE)).toBe("sent allowed");
    expect(await customer.send("Same", PROACTIVE)).toBe("blocked duplicate");
    await customer.pass(HOUR_MS);
    expect(await customer.send("Same", PROACTIVE)).toBe("sent allowed");
  });

  it("[POLICY-11] is a held message that was taken back, or whose plugin lost its grant", async () => {
    const customer = await customerOf(nightId);
    customer.now = NOON + 10 * HOUR_MS;
    expect(await customer.send("Taken back", PROACTIVE, "x")).toBe("held quiet_hours");
    expect(await customer.send("Revoked", PROACTIVE)).toBe("held quiet_hours");
    const stub = await customer.stub();
    expect(await stub.withdraw({ dedupeKey: "x" })).toBe(true);
    expect(await stub.withdraw({ dedupeKey: "x" })).toBe(false);
    const grant = `/v1/instances/${nightId}/grants/${desk.installation.id}`;
    expect((await desk.control("DELETE", grant)).status).toBe(204);
    await customer.pass(12 * HOUR_MS);
    await desk.control("PUT", grant, {});
    expect(await customer.got()).toEqual(["Hi"]);
    expect(await customer.states()).toEqual([
      "Hi: sent allowed",
      "Taken back: blocked withdrawn",
      "Revoked: blocked grant_revoked",
    ]);
  });

  it("[POLICY-11] is not taken back in halves", async () => {
    const customer = await customerOf(nightId);
    customer.now = NOON + 10 * HOUR_MS;
    expect(await customer.send("Word ".repeat(1_500), PROACTIVE, "long")).toBe("held quiet_hours");
    const stub = await customer.stub();
    const parts = await runInDurableObject(stub, (_: ChatObject, { storage: { sql } }) => {
      const firstPart = "SELECT MIN(seq) FROM outbox WHERE state = 'held'";
      sql.exec(`UPDATE outbox SET state = 'sent' WHERE seq = (${firstPart})`);
      return sql.exec<{ state: string }>("SELECT state FROM outbox ORDER BY seq DESC LIMIT 2").toArray();
    });
    expect(parts.map(({ state }) => state)).toEqual(["held", "sent"]);
    expect(await stub.withdraw({ dedupeKey: "long" })).toBe(false);
    expect((await customer.states()).at(-1)).toMatch(/: held quiet_hours$/);
  });

  it("[POLICY-12] is not kept for ever", async () => {
    const customer = await customerOf();
    customer.now += 2 * DAY_MS;
    const whenClosed = "hold" as const;
    expect(await customer.send("Soon", { ...PROACTIVE, whenClosed, expiresAt: customer.now + HOUR_MS })).toBe(
      "held outside_window",
    );
    expect(await customer.send("Week", { ...PROACTIVE, whenClosed })).toBe("held outside_window");
    await customer.pass(HOUR_MS);
    expect(await customer.states()).toContain("Soon: blocked expired");
    await customer.pass(7 * DAY_MS);
    expect(await customer.states()).toContain("Week: blocked expired");
    expect(await customer.got()).toEqual(["Hi"]);
  });
});

describe("the API", () => {
  it("[POLICY-13] says what was decided about each message, and what would be, and sends nothing", async () => {
    const customer = await customerOf(nightId);
    await customer.write("Basta");
    await customer.pass(10_000);
    await customer.send("Reminder", PROACTIVE);
    const chats = await desk.control<{ data: { id: string; customer: string }[] }>(
      "GET",
      `/v1/instances/${nightId}/chats`,
    );
    const chatId = chats.body.data.find((chat) => chat.customer.endsWith(customer.phone.slice(-4)))?.id;
    const path = `/v1/chats/${chatId}/deliveries`;
    const { body } = await desk.control<{ data: object[]; nextCursor: string }>("GET", `${path}?limit=1`);
    expect(body.data).toMatchObject([
      { text: "Reminder", state: "blocked", policy: { decision: "block", reason: "opted_out", until: null } },
    ]);
    const older = await desk.control<{ data: object[] }>("GET", `${path}?cursor=${body.nextCursor}`);
    expect(older.body.data).toMatchObject([{ state: "sent" }, { text: "Hi", state: "sent" }]);
    const simulate = (fields: object) =>
      desk.control<{ rules: object[]; code: string }>(
        "POST",
        `/v1/instances/${nightId}/delivery-simulations`,
        {
          customer: { chatId },
          kind: "proactive",
          text: "Tomorrow",
          ...fields,
        },
      );
    const night = new Date(NOON + 12 * HOUR_MS).toISOString();
    expect(await simulate({ at: night })).toMatchObject({
      status: 200,
      body: { decision: "block", reason: "opted_out" },
    });
    const stranger = await simulate({
      customer: { phone: newPhone() },
      template: { ...REMINDER, variables: {} },
      at: night,
    });
    expect(stranger).toMatchObject({
      status: 200,
      body: { decision: "hold", reason: "quiet_hours", until: "2030-06-04T04:00:00.000Z" },
    });
    expect(stranger.body.rules).toContainEqual({ rule: "opt_out", passed: true });
    expect(await simulate({ at: "2020-01-01T00:00:00Z" })).toMatchObject({
      status: 422,
      body: { code: "simulation_time_passed" },
    });
    expect(await customer.got()).toHaveLength(2);
  });
});

describe("a customer whose clock is known", () => {
  const chatIdOf = async (customer: PolicyCustomer) => {
    const { body } = await desk.control<{ data: { id: string; customer: string }[] }>(
      "GET",
      `/v1/instances/${customer.instanceId}/chats`,
    );
    return body.data.find((chat) => chat.customer.endsWith(customer.phone.slice(-4)))?.id ?? "";
  };
  const setZone = (id: string, timeZone: unknown) =>
    desk.control<{ code: string; issues: object[] }>("PATCH", `/v1/chats/${id}`, { timeZone });

  it("[POLICY-21] sleeps by it, and not by the country of the number; what is held is decided anew", async () => {
    const customer = await customerOf(nightId);
    const id = await chatIdOf(customer);
    const unknown = await desk.control("GET", `/v1/chats/${id}`);
    expect(unknown).toMatchObject({
      status: 200,
      body: { timeZone: null, assumedTimeZones: ["Africa/Nairobi"], optedOutAt: null },
    });
    // 22:00 in Nairobi is 12:00 in Los Angeles in June.
    await customer.pass(10 * HOUR_MS);
    expect(await customer.send("Held", PROACTIVE)).toBe("held quiet_hours");
    expect(await setZone(id, "America/Los_Angeles")).toMatchObject({
      status: 200,
      body: { timeZone: "America/Los_Angeles", assumedTimeZones: ["America/Los_Angeles"] },
    });
    await customer.ring();
    expect(await customer.got()).toContain("Held");
    expect(await customer.send("At once", PROACTIVE)).toBe("sent allowed");
    // 10:00 in Nairobi is midnight there.
    await customer.pass(12 * HOUR_MS);
    expect(await customer.send("Night there", PROACTIVE)).toBe("held quiet_hours");
    expect(await setZone(id, null)).toMatchObject({ status: 200, body: { timeZone: null } });
    await customer.ring();
    expect(await customer.got()).toContain("Night there");
    const audit = await desk.control<{ data: object[] }>("GET", `/v1/audit-entries?subjectId=${id}`);
    expect(audit.body.data).toMatchObject([
      { action: "chat.time_zone_set" },
      { action: "chat.time_zone_set" },
    ]);
  });

  it.each(["", "+03:00", "Nairobi", "Africa/Nairobbery", "Africa/Nairobi ", 3, true])(
    "[POLICY-21] is not one of %j",
    async (timeZone) => {
      const id = await chatIdOf(await customerOf(nightId));
      const refused = await setZone(id, timeZone);
      expect(refused.status).toBe(422);
      expect(refused.body.issues).toMatchObject([{ pointer: "/timeZone" }]);
    },
  );
});
