/** Events on their way to plugins and endpoints, against receivers on loopback. */
import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { Webhook } from "standardwebhooks";
import { describe, expect, inject, it } from "vitest";
import { withActor } from "../../src/access/context.ts";
import { eventDelivery } from "../../src/db/schema/index.ts";
import { deliverEvent } from "../../src/effects/events/deliver-event.ts";
import { emitEvent, type Happening } from "../../src/effects/events/emit-event.ts";
import { findDueDeliveries } from "../../src/effects/events/find-due-deliveries.ts";
import { removeOldEvents } from "../../src/effects/events/remove-old-events.ts";
import { newId } from "../../src/kernel/ids.ts";
import type { SinkAnswers, SunkEvent } from "../support/stand-in.ts";
import { clockAt, testBase } from "./support/base.ts";
import { call } from "./support/call.ts";
import { createDesk, type Desk, type InstallationBody } from "./support/desk.ts";
import { createOrganization, type TestOrganization, testDb } from "./support/organization.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Queues that keep what they are given, so that a test says when work is done. */
function quietQueue() {
  const sent: unknown[] = [];
  return {
    sent,
    queue: { sendBatch: async (batch: { body: unknown }[]) => sent.push(...batch.map(({ body }) => body)) },
  };
}

function platform({ now = Date.now(), queue = quietQueue().queue }: { now?: number; queue?: unknown } = {}) {
  const replaced = { clock: clockAt(now), events: queue } as never;
  return withActor(testBase(replaced), { kind: "platform", id: "test", organizationId: null });
}

type Endpoint = { readonly id: string; readonly secret: string; readonly name: string };

async function setAnswers(name: string, answers: SinkAnswers): Promise<void> {
  await fetch(`${inject("eventSinkUrl")}/${name}`, { method: "PUT", body: JSON.stringify(answers) });
}

async function sunk(name: string): Promise<SunkEvent[]> {
  const answer = await fetch(`${inject("eventSinkUrl")}/${name}`);
  return ((await answer.json()) as { data: SunkEvent[] }).data;
}

async function subscribe(
  { apiToken }: TestOrganization,
  statuses: readonly number[] = [200],
  types: readonly string[] = ["payment.succeeded", "payment.failed"],
): Promise<Endpoint> {
  const name = `sink-${crypto.randomUUID()}`;
  await setAnswers(name, { statuses });
  const { status, body } = await call<{ id: string; secret: string }>("POST", "/v1/event-endpoints", {
    token: apiToken,
    body: { url: `${inject("eventSinkUrl")}/${name}`, types },
  });
  expect(status).toBe(201);
  return { ...body, name };
}

function paid(organizationId: string, change: Partial<Happening> = {}): Happening {
  const subjectId = newId("payment");
  return {
    organizationId,
    instanceId: newId("instance"),
    type: "payment.succeeded",
    subjectId,
    installationId: null,
    data: { paymentId: subjectId, amount: 125_000 },
    dedupeKey: `payment.succeeded:${subjectId}`,
    ...change,
  };
}

function deliveriesOf(organizationId: string) {
  return testDb()
    .select()
    .from(eventDelivery)
    .where(eq(eventDelivery.organizationId, organizationId))
    .orderBy(eventDelivery.createdAt, eventDelivery.id);
}

/** Emits, and tries every delivery once, in whatever order. */
async function emitAndDeliver(happening: Happening, now = Date.now()): Promise<void> {
  await emitEvent({ ctx: platform({ now }), input: happening });
  await deliverAll(happening.organizationId, now);
}

async function deliverAll(organizationId: string, now: number): Promise<void> {
  const ctx = platform({ now });
  for (const { id } of await deliveriesOf(organizationId)) {
    await deliverEvent({ ctx, input: { organizationId, id } });
  }
}

describe("endpoints", () => {
  it("[EVENT-03] get an event signed by Standard Webhooks, as the official library verifies it", async () => {
    const organization = await createOrganization();
    const endpoint = await subscribe(organization);
    await emitAndDeliver(paid(organization.id));
    const [event] = await sunk(endpoint.name);
    const said = new Webhook(endpoint.secret).verify(event?.body ?? "", event?.headers ?? {});
    expect(said).toMatchObject({ type: "payment.succeeded", data: { amount: 125_000 } });
    expect((said as { id: string }).id).toBe(event?.headers["webhook-id"]);
    expect(() => new Webhook(endpoint.secret).verify(`${event?.body} `, event?.headers ?? {})).toThrow();
    expect(await deliveriesOf(organization.id)).toMatchObject([
      { state: "delivered", attempts: 1, lastStatus: 200 },
    ]);
  });

  it("hear of what they asked for, and of their own organisation only", async () => {
    const [organization, other] = [await createOrganization(), await createOrganization()];
    const [payments, orders] = [
      await subscribe(organization),
      await subscribe(organization, [200], ["order.paid"]),
    ];
    const strangers = await subscribe(other);
    await emitAndDeliver(paid(organization.id));
    expect(await sunk(payments.name)).toHaveLength(1);
    expect(await sunk(orders.name)).toEqual([]);
    expect(await sunk(strangers.name)).toEqual([]);
  });

  it("[EVENT-04] that are told twice of one thing are told once, under the same id in every try", async () => {
    const organization = await createOrganization();
    const endpoint = await subscribe(organization, [500, 200]);
    const happening = paid(organization.id);
    const now = Date.now();
    await Promise.all([1, 2, 3].map(() => emitEvent({ ctx: platform({ now }), input: happening })));
    const [delivery, ...more] = await deliveriesOf(organization.id);
    expect(more).toEqual([]);
    const input = { organizationId: organization.id, id: delivery?.id ?? "" };
    await Promise.all([1, 2, 3].map(() => deliverEvent({ ctx: platform({ now }), input })));
    expect(await sunk(endpoint.name)).toHaveLength(1);
    await deliverEvent({ ctx: platform({ now: now + 4_000 }), input });
    expect(await sunk(endpoint.name), "before its time").toHaveLength(1);
    await deliverEvent({ ctx: platform({ now: now + 6_000 }), input });
    const events = await sunk(endpoint.name);
    expect(events.map(({ status }) => status)).toEqual([500, 200]);
    expect(new Set(events.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(await deliveriesOf(organization.id)).toMatchObject([{ state: "delivered", attempts: 2 }]);
  });

  it("[EVENT-02] that ask for patience get it", async () => {
    const organization = await createOrganization();
    const endpoint = await subscribe(organization);
    await setAnswers(endpoint.name, { statuses: [503], retryAfter: "3600" });
    const now = Date.now();
    await emitAndDeliver(paid(organization.id), now);
    const [delivery] = await deliveriesOf(organization.id);
    expect(delivery?.nextAttemptAt).toBeGreaterThanOrEqual(now + 3_600_000);
  });

  it("[EVENT-05] that answer 410 are left alone from then on", async () => {
    const organization = await createOrganization();
    const endpoint = await subscribe(organization, [410]);
    await emitAndDeliver(paid(organization.id));
    await emitAndDeliver(paid(organization.id));
    expect(await sunk(endpoint.name)).toHaveLength(1);
    const { body } = await call("GET", `/v1/event-endpoints/${endpoint.id}`, {
      token: organization.apiToken,
    });
    expect(body).toMatchObject({ status: "gone" });
    expect(await deliveriesOf(organization.id)).toMatchObject([{ state: "dead", lastStatus: 410 }]);
  });

  it("[EVENT-06] that never answer well end in a list, from which a person replays or discards", async () => {
    const organization = await createOrganization();
    const endpoint = await subscribe(organization, [500]);
    let now = Date.now();
    await emitAndDeliver(paid(organization.id), now);
    for (let attempt = 2; attempt <= 10; attempt++) {
      const [delivery] = await deliveriesOf(organization.id);
      now = delivery?.nextAttemptAt ?? 0;
      await deliverAll(organization.id, now);
    }
    const token = organization.apiToken;
    const dead = await call<{ data: { id: string }[] }>("GET", "/v1/event-deliveries?state=dead", { token });
    expect(dead.body).toMatchObject({
      data: [{ state: "dead", attempts: 10, lastStatus: 500, lastError: "http_500", nextAttemptAt: null }],
    });
    expect(await sunk(endpoint.name)).toHaveLength(10);
    const id = dead.body.data[0]?.id ?? "";
    await setAnswers(endpoint.name, { statuses: [200] });
    const replayed = await call("POST", `/v1/event-deliveries/${id}/replay`, { token });
    expect(replayed.body).toMatchObject({ state: "pending", attempts: 0 });
    await deliverAll(organization.id, Date.now() + 1_000);
    const again = await call("POST", `/v1/event-deliveries/${id}/discard`, { token });
    expect(again.body).toMatchObject({ state: "discarded" });
    expect(await sunk(endpoint.name)).toHaveLength(11);
  });

  it("[EVENT-07] get the events of one subject in order: a later one waits for an earlier one", async () => {
    const organization = await createOrganization();
    const endpoint = await subscribe(organization, [500, 200], ["order.placed", "order.paid"]);
    const now = Date.now();
    const order = { subjectId: newId("payment") };
    const first = paid(organization.id, { ...order, type: "order.placed", dedupeKey: "1" });
    const second = paid(organization.id, { ...order, type: "order.paid", dedupeKey: "2" });
    const other = paid(organization.id, { type: "order.paid", dedupeKey: "3" });
    await emitAndDeliver(first, now);
    await emitAndDeliver(second, now);
    await emitAndDeliver(other, now);
    const typesOf = async () =>
      (await sunk(endpoint.name)).map(({ body }) => (JSON.parse(body) as { type: string }).type);
    expect(await typesOf(), "another subject does not wait").toEqual(["order.placed", "order.paid"]);
    const { sent, queue } = quietQueue();
    const input = { organizationId: organization.id, id: (await deliveriesOf(organization.id))[0]?.id ?? "" };
    await deliverEvent({ ctx: platform({ now: now + 60_000, queue }), input });
    expect(sent, "the next of the subject is woken").toHaveLength(1);
    await deliverAll(organization.id, now + 60_000);
    expect(await typesOf()).toEqual(["order.placed", "order.paid", "order.placed", "order.paid"]);
  });

  it("[EVENT-08] verify with either secret while one is being changed", async () => {
    const organization = await createOrganization();
    const endpoint = await subscribe(organization);
    const rotated = await call<{ secret: string }>("POST", `/v1/event-endpoints/${endpoint.id}/secrets`, {
      token: organization.apiToken,
      body: { overlapSeconds: 3_600 },
    });
    const now = Date.now();
    await emitAndDeliver(paid(organization.id), now);
    const [during] = await sunk(endpoint.name);
    for (const secret of [endpoint.secret, rotated.body.secret]) {
      expect(new Webhook(secret).verify(during?.body ?? "", during?.headers ?? {})).toBeTruthy();
    }
    await emitAndDeliver(paid(organization.id), now + 3_700_000);
    const after = (await sunk(endpoint.name))[1];
    expect(after?.headers["webhook-signature"]?.split(" ")).toHaveLength(1);
  });

  it("are refused at addresses that may not be called, and belong to their organisation", async () => {
    const [{ apiToken: token }, stranger] = [await createOrganization(), await createOrganization()];
    for (const url of ["http://10.0.0.5/hook", "ftp://example.com", "https://user:pass@example.com/"]) {
      const { status, body } = await call("POST", "/v1/event-endpoints", {
        token,
        body: { url, types: ["order.paid"] },
      });
      expect([url, status, body.code]).toEqual([url, 422, "url_refused"]);
    }
    const { body } = await call<{ id: string }>("POST", "/v1/event-endpoints", {
      token,
      body: { url: "https://example.com/hook", types: ["order.paid"] },
    });
    for (const [method, path, change] of [
      ["GET", "", undefined],
      ["PATCH", "", { status: "paused" }],
      ["DELETE", "", undefined],
      ["POST", "/secrets", {}],
    ] as const) {
      const answer = await call(method, `/v1/event-endpoints/${body.id}${path}`, {
        token: stranger.apiToken,
        ...(change !== undefined && { body: change }),
      });
      expect(answer.status).toBe(404);
    }
  });
});

describe("plugins", () => {
  async function installSink(
    desk: Desk,
    grant: object,
  ): Promise<{ name: string; installation: InstallationBody }> {
    const name = `p${crypto.randomUUID().slice(0, 8)}`;
    const review = await desk.control<{ id: string; permissions: { key: string }[] }>(
      "POST",
      "/v1/plugin-reviews",
      {
        manifestUrl: `${inject("eventSinkUrl")}/${name}/manifest.json`,
      },
    );
    const installed = await desk.control<InstallationBody>("POST", "/v1/installations", {
      reviewId: review.body.id,
      configuration: {},
      permissionKeys: review.body.permissions.map(({ key }) => key),
    });
    expect(installed.status).toBe(201);
    const granted = await desk.control(
      "PUT",
      `/v1/instances/${desk.supportId}/grants/${installed.body.id}`,
      grant,
    );
    expect(granted.status).toBe(200);
    return { name, installation: installed.body };
  }

  it("[EVENT-09] hear of their own doing by their tool, and of others' only with the permission", async () => {
    const desk = await createDesk();
    const own = await installSink(desk, {});
    const all = await installSink(desk, { permissions: ["plugin:payments:status:any"] });
    const none = await installSink(desk, {});
    const happening = paid(desk.organization.id, {
      instanceId: desk.supportId,
      installationId: own.installation.id,
    });
    await emitAndDeliver(happening);
    const [event] = await sunk(own.name);
    expect(JSON.parse(event?.body ?? "{}")).toMatchObject({
      tool: "on_payment",
      input: { type: "payment.succeeded", data: { amount: 125_000 } },
      context: { instanceId: desk.supportId },
    });
    expect(event?.headers["authorization"]).toMatch(/^Bearer ey/);
    expect(await sunk(all.name)).toHaveLength(1);
    expect(await sunk(none.name)).toEqual([]);
  });

  it("are not called any more once the grant is revoked, nor for another number", async () => {
    const desk = await createDesk();
    const { name, installation } = await installSink(desk, {});
    const of = (instanceId: string) =>
      paid(desk.organization.id, { instanceId, installationId: installation.id });
    await emitAndDeliver(of(desk.salesId));
    expect(await deliveriesOf(desk.organization.id)).toEqual([]);
    await emitEvent({ ctx: platform(), input: of(desk.supportId) });
    await desk.control("DELETE", `/v1/instances/${desk.supportId}/grants/${installation.id}`);
    await deliverAll(desk.organization.id, Date.now() + 10_000);
    expect(await sunk(name)).toEqual([]);
    expect(await deliveriesOf(desk.organization.id)).toMatchObject([
      { state: "dead", lastError: "plugin_not_granted" },
    ]);
  });

  it("that fail are tried again under the same Idempotency-Key", async () => {
    const desk = await createDesk();
    const { name, installation } = await installSink(desk, {});
    await setAnswers(name, { statuses: [500, 200] });
    const now = Date.now();
    await emitAndDeliver(
      paid(desk.organization.id, { instanceId: desk.supportId, installationId: installation.id }),
      now,
    );
    await deliverAll(desk.organization.id, now + 10_000);
    const events = await sunk(name);
    expect(events.map(({ status }) => status)).toEqual([500, 200]);
    expect(new Set(events.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
  });
});

describe("the tick", () => {
  it("[EVENT-10] finds what a lost message has left behind, and enqueues nothing that waits its turn", async () => {
    const organization = await createOrganization();
    await subscribe(organization);
    const now = Date.now();
    const subjectId = newId("payment");
    for (const dedupeKey of ["1", "2"]) {
      await emitEvent({ ctx: platform({ now }), input: paid(organization.id, { subjectId, dedupeKey }) });
    }
    const [first] = await deliveriesOf(organization.id);
    const { sent, queue } = quietQueue();
    await findDueDeliveries({ ctx: platform({ now: now + 60_000, queue }) });
    const mine = sent.filter(
      (body) => (body as { organizationId: string }).organizationId === organization.id,
    );
    expect(mine).toEqual([{ organizationId: organization.id, id: first?.id }]);
  });

  it("removes events of long ago, and keeps what a person has not seen", async () => {
    const organization = await createOrganization();
    await subscribe(organization, [200]);
    const gone = await subscribe(organization, [410]);
    const then = Date.now() - 31 * DAY_MS;
    await emitAndDeliver(paid(organization.id, { subjectId: "seen" }), then);
    await call("DELETE", `/v1/event-endpoints/${gone.id}`, { token: organization.apiToken });
    await emitAndDeliver(paid(organization.id, { subjectId: "done" }), then);
    await removeOldEvents({ ctx: platform() });
    const left = await deliveriesOf(organization.id);
    expect(new Set(left.map(({ subjectId }) => subjectId))).toEqual(new Set(["seen"]));
  });
});

it("has a queue of its own", () => {
  expect(env.EVENTS).toBeDefined();
});
