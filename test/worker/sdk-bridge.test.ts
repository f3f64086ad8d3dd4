/** The SDK's bridges against the platform itself: what a plugin's author writes, and what comes of it. */
import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { RequestObligation } from "../../src/contract/obligations.ts";
import { BridgeError, createBridgeClient, type ScheduleQuery } from "../../src/sdk/index.ts";
import { createBridgeDesk, dueRent, nextPhone } from "./support/bridge.ts";
import { BASE_URL } from "./support/call.ts";

const SCHEDULE = "plugin:messages:schedule:external_recipient";
const REQUEST = "plugin:obligations:request";
const TO_ANYONE = "plugin:messages:send:external_recipient";
const HOUR_MS = 3_600_000;

/** A plugin's server with the secret of its installation. */
async function server(...permissions: (typeof SCHEDULE | typeof REQUEST | typeof TO_ANYONE)[]) {
  const desk = await createBridgeDesk([SCHEDULE, REQUEST, TO_ANYONE], permissions);
  const { id: installationId, secret } = desk.installation;
  const bridge = createBridgeClient({
    secret: secret.value,
    installationId,
    instanceId: desk.supportId,
    platformUrl: BASE_URL,
    fetch: (request) => exports.default.fetch(request),
  });
  return { desk, bridge };
}

const reminder = (change: object = {}) => ({
  recipient: { type: "external_recipient" as const, phone: nextPhone() },
  text: "Your appointment is tomorrow.",
  sendAt: { localTime: "2027-11-30T09:00", timeZone: "Africa/Nairobi" },
  ...change,
});

/** The error that a call must end with. */
const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable("It was not refused."),
    (error: unknown) => {
      expect(error).toBeInstanceOf(BridgeError);
      return error as BridgeError;
    },
  );

describe("scheduled messages", () => {
  it("[SCHEDULE-10] are scheduled, listed, changed and cancelled by the plugin's own functions", async () => {
    const { bridge } = await server(SCHEDULE);
    const first = await bridge.scheduledMessages.create(reminder());
    expect(first).toMatchObject({
      state: "scheduled",
      sendAt: "2027-11-30T06:00:00.000Z",
      localTime: "2027-11-30T09:00:00",
      timeZone: "Africa/Nairobi",
    });
    const second = await bridge.scheduledMessages.create(reminder({ text: "The clinic is closed." }));

    const changed = await bridge.scheduledMessages.update(first.id, { text: "It is moved.", isUrgent: true });
    expect(changed).toMatchObject({ id: first.id, text: "It is moved.", isUrgent: true });
    expect(await bridge.scheduledMessages.cancel(second.id)).toMatchObject({ state: "cancelled" });

    const page = await bridge.scheduledMessages.list({ limit: 1 });
    expect(page.data).toMatchObject([{ id: second.id, state: "cancelled" }]);
    const query: ScheduleQuery = { limit: 1, ...(page.nextCursor !== null && { cursor: page.nextCursor }) };
    expect(await bridge.scheduledMessages.list(query)).toMatchObject({
      data: [{ id: first.id, text: "It is moved." }],
      nextCursor: null,
    });
    const waiting = await bridge.scheduledMessages.list({ state: "scheduled" });
    expect(waiting.data.map(({ id }) => id)).toEqual([first.id]);
  });

  it("[BRIDGE-09] are scheduled once under one key, and anew under another", async () => {
    const { bridge } = await server(SCHEDULE);
    const message = reminder();
    const idempotencyKey = "appointment:APT-2001";
    const { id } = await bridge.scheduledMessages.create(message, { idempotencyKey });
    expect((await bridge.scheduledMessages.create(message, { idempotencyKey })).id).toBe(id);
    const reused = bridge.scheduledMessages.create({ ...message, text: "Another" }, { idempotencyKey });
    expect(await failureOf(reused)).toMatchObject({ code: "idempotency_key_reused", status: 422 });
    expect((await bridge.scheduledMessages.create(message)).id).not.toBe(id);
    expect((await bridge.scheduledMessages.list()).data).toHaveLength(2);
  });

  it("say in a code, and for people, why they are refused", async () => {
    const { bridge } = await server(SCHEDULE);
    const late = reminder({ sendAt: "2020-01-01T09:00:00Z", recurrence: { every: "day" } });
    const refused = await failureOf(bridge.scheduledMessages.create(late));
    expect(refused).toMatchObject({ code: "schedule_invalid", status: 422, gate: "policy" });
    expect(refused.issues.map(({ pointer, code }) => [pointer, code])).toEqual([
      ["/recurrence", "without_end"],
      ["/sendAt", "in_the_past"],
    ]);

    const { id } = await bridge.scheduledMessages.create(reminder());
    await bridge.scheduledMessages.cancel(id);
    const closed = bridge.scheduledMessages.update(id, { text: "Too late." });
    expect(await failureOf(closed)).toMatchObject({ code: "scheduled_message_not_open", status: 409 });
    const unknown = bridge.scheduledMessages.cancel("sch_unknown");
    expect(await failureOf(unknown)).toMatchObject({ code: "scheduled_message_not_found", status: 404 });

    const stranger = await server();
    expect(await failureOf(stranger.bridge.scheduledMessages.create(reminder()))).toMatchObject({
      code: "permission_not_granted",
      status: 403,
      gate: "permission",
      permission: SCHEDULE,
      hint: expect.stringContaining("kivuko grant"),
    });
  });
});

describe("obligations", () => {
  const rent = () => dueRent() as RequestObligation;

  it("[OBLIGATION-12] are asked for, read and taken back by the plugin's own functions", async () => {
    const { bridge } = await server(REQUEST, TO_ANYONE);
    const terms = { ...rent(), repeat: { everyHours: 72, times: 3 } };
    const asked = await bridge.obligations.create(terms);
    expect(asked).toMatchObject({ externalId: terms.externalId, state: "waiting", timesLeft: 3 });
    // The same obligation in the same slot is the same one, whatever the key.
    expect((await bridge.obligations.create(terms)).id).toBe(asked.id);
    expect(await bridge.obligations.get(asked.id)).toEqual(asked);
    expect(await bridge.obligations.cancel(asked.id)).toMatchObject({ state: "cancelled", timesLeft: 0 });
  });

  it("say in a code why they are refused", async () => {
    const { bridge } = await server(REQUEST, TO_ANYONE);
    const farAway = new Date(Date.now() + 3 * 366 * 24 * HOUR_MS).toISOString();
    const refused = await failureOf(bridge.obligations.create({ ...rent(), dueAt: farAway }));
    expect(refused).toMatchObject({ code: "obligation_invalid", status: 422 });
    expect(await failureOf(bridge.obligations.get("obl_unknown"))).toMatchObject({
      code: "obligation_not_found",
      status: 404,
    });
    const without = await server(REQUEST);
    expect(await failureOf(without.bridge.obligations.create(rent()))).toMatchObject({
      code: "permission_not_granted",
      permission: TO_ANYONE,
    });
  });
});
