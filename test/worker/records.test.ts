import {
  createExecutionContext,
  createMessageBatch,
  getQueueResult,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { withActor } from "../../src/access/context.ts";
import type { RecordMessage, ToolCallRecord } from "../../src/contract/records.ts";
import { newId } from "../../src/kernel/ids.ts";
import { removeRecords } from "../../src/plugins/records/remove-records.ts";
import { storeRecordRows } from "../../src/plugins/records/store-records.ts";
import worker from "../../src/worker.ts";
import { clockAt, testBase } from "./support/base.ts";
import { call } from "./support/call.ts";
import { createOrganization } from "./support/organization.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

function message(organizationId: string, ...records: ToolCallRecord[]): RecordMessage {
  return { type: "tool_calls", organizationId, records };
}

function record(change: Partial<ToolCallRecord> = {}): ToolCallRecord {
  return {
    id: newId("call"),
    instanceId: "inst_1",
    installationId: "ins_1",
    pluginSlug: "SUPPORT_DESK",
    tool: "create_support_ticket",
    status: "ok",
    gate: null,
    errorCode: null,
    httpStatus: 200,
    latencyMs: 12,
    attempts: 1,
    actorKind: "gateway_key",
    actorId: "key_1",
    requestId: "req_1",
    input: '{"summary":"wet"}',
    output: "{}",
    createdAt: Date.now(),
    ...change,
  };
}

function platformContext(now = Date.now()) {
  return withActor(testBase({ clock: clockAt(now) }), {
    kind: "platform" as const,
    id: "test",
    organizationId: null,
  });
}

async function consume(queue: string, bodies: unknown[]) {
  const batch = createMessageBatch(
    queue,
    bodies.map((body, index) => ({
      id: `message-${queue}-${index}-${crypto.randomUUID()}`,
      timestamp: new Date(),
      attempts: 1,
      body,
    })),
  );
  const execution = createExecutionContext();
  await worker.queue(batch, env, execution);
  const result = await getQueueResult(batch, execution);
  await waitOnExecutionContext(execution);
  return result;
}

type CallsBody = { data: { id: string; status: string; tool: string }[]; nextCursor: string | null };

describe("the records queue", () => {
  it.for(["the end last", "the end first"])(
    "[RECORD-01] keeps of a call that waited for an approval its end: %s",
    async (order) => {
      const { id, apiToken } = await createOrganization();
      const ended = record({ actorKind: "chat", latencyMs: 40 });
      const waiting = {
        ...ended,
        status: "pending_approval" as const,
        httpStatus: null,
        attempts: 0,
        output: null,
      };
      const records = order === "the end last" ? [waiting, ended, waiting] : [ended, waiting, ended];
      for (const one of records) {
        await consume("kivuko-records", [message(id, one)]);
      }
      const { body } = await call<CallsBody>("GET", "/v1/calls", { token: apiToken });
      expect(body.data).toMatchObject([
        { id: ended.id, status: "ok", httpStatus: 200, latencyMs: 40, output: "{}" },
      ]);
    },
  );

  it("[RECORD-01] stores each record once, however often it is delivered", async () => {
    const { id, apiToken } = await createOrganization();
    const one = record();
    const many = [
      message(id, one, one),
      message(id, one),
      message(id, ...Array.from({ length: 130 }, () => record())),
    ];
    expect((await consume("kivuko-records", many)).explicitAcks).toHaveLength(3);
    await consume("kivuko-records", [message(id, one)]);
    const count = await env.DB.prepare("select count(*) as calls from tool_call where organization_id = ?")
      .bind(id)
      .first("calls");
    expect(count).toBe(131);
    const { body } = await call<CallsBody>("GET", "/v1/calls?order=asc&limit=1", { token: apiToken });
    expect(body.data[0]).toMatchObject({
      id: one.id,
      status: "ok",
      httpStatus: 200,
      latencyMs: 12,
      errorCode: null,
      input: '{"summary":"wet"}',
    });
  });

  it("stores the readable ones and retries what it cannot read", async () => {
    const { id, apiToken } = await createOrganization();
    const result = await consume("kivuko-records", [
      message(id, record()),
      { type: "tool_calls", organizationId: id },
      "nonsense",
    ]);
    expect(result.explicitAcks).toHaveLength(1);
    expect(result.retryMessages).toHaveLength(2);
    const { body } = await call<CallsBody>("GET", "/v1/calls", { token: apiToken });
    expect(body.data).toHaveLength(1);
  });

  it("refuses a queue that nobody consumes, so that nothing is acknowledged by accident", async () => {
    await expect(consume("kivuko-nothing", [{}])).rejects.toThrow("No consumer");
  });
});

describe("dead letters", () => {
  type Letters = { data: { id: string; queue: string; body: string }[] };

  it("[RECORD-05] are seen by their organisation only, replayed or discarded once", async () => {
    const [owner, stranger] = [await createOrganization(), await createOrganization()];
    const lost = record();
    await consume("kivuko-records-dead", [
      message(owner.id, lost),
      { organizationId: owner.id, broken: true },
    ]);
    const list = async (token: string) =>
      (await call<Letters>("GET", "/v1/dead-letters", { token })).body.data;
    const letters = await list(owner.apiToken);
    expect(letters).toHaveLength(2);
    expect(await list(stranger.apiToken)).toEqual([]);

    const replayable = letters.find(({ body }) => body.includes(lost.id))?.id ?? "";
    const broken = letters.find(({ body }) => body.includes("broken"))?.id ?? "";
    expect(
      (await call("POST", `/v1/dead-letters/${replayable}/replay`, { token: stranger.apiToken })).status,
    ).toBe(404);
    expect(
      (await call("POST", `/v1/dead-letters/${replayable}/replay`, { token: owner.apiToken })).status,
    ).toBe(204);
    expect(
      (await call("POST", `/v1/dead-letters/${replayable}/replay`, { token: owner.apiToken })).status,
    ).toBe(404);
    expect(await call("POST", `/v1/dead-letters/${broken}/replay`, { token: owner.apiToken })).toMatchObject({
      status: 409,
      body: { code: "dead_letter_unreadable" },
    });
    expect((await call("DELETE", `/v1/dead-letters/${broken}`, { token: owner.apiToken })).status).toBe(204);
    expect(await list(owner.apiToken)).toEqual([]);
  });
});

describe("the call log", () => {
  it("[RECORD-03] filters and pages without skipping or repeating", async () => {
    const { id, apiToken } = await createOrganization();
    const rows = Array.from({ length: 7 }, (_, index) =>
      record(index % 2 === 0 ? {} : { status: "refused", gate: "instance_grant", tool: "lookup" }),
    );
    await storeRecordRows({ ctx: platformContext(), input: [message(id, ...rows)] });
    const seen: string[] = [];
    let cursor = "";
    do {
      const { body } = await call<CallsBody>("GET", `/v1/calls?limit=3${cursor}`, { token: apiToken });
      seen.push(...body.data.map((row) => row.id));
      cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : "";
    } while (cursor !== "");
    expect(seen).toEqual(rows.map((row) => row.id).reverse());

    const count = async (query: string) =>
      (await call<CallsBody>("GET", `/v1/calls?${query}`, { token: apiToken })).body.data.length;
    expect(await count("status=refused")).toBe(3);
    expect(await count("gate=instance_grant&tool=lookup")).toBe(3);
    expect(await count("tool=nothing")).toBe(0);
    expect(await count(`from=${new Date(Date.now() + DAY_MS).toISOString()}`)).toBe(0);
    expect(await call("GET", "/v1/calls?status=strange&limit=0", { token: apiToken })).toMatchObject({
      status: 422,
      body: { code: "invalid_request", issues: [{}, {}] },
    });
  });

  it("[RECORD-04] forgets what is past its time, and nothing younger", async () => {
    const { id, apiToken } = await createOrganization();
    const now = Date.now();
    const old = record({ createdAt: now - 91 * DAY_MS });
    const young = record({ createdAt: now - 89 * DAY_MS });
    await storeRecordRows({ ctx: platformContext(), input: [message(id, old, young)] });
    await removeRecords({ ctx: platformContext(now) });
    const { body } = await call<CallsBody>("GET", "/v1/calls", { token: apiToken });
    expect(body.data.map((row) => row.id)).toEqual([young.id]);
  });
});

describe("the tick", () => {
  it.each(["* * * * *", "7 * * * *"])("runs every job of %s", async (cron) => {
    const execution = createExecutionContext();
    const event = { cron, scheduledTime: Date.now(), noRetry: () => undefined } as ScheduledController;
    await worker.scheduled(event, env, execution);
    await waitOnExecutionContext(execution);
  });

  it("refuses an expression that nobody wrote jobs for", async () => {
    const event = { cron: "0 0 * * *", scheduledTime: 0, noRetry: () => undefined } as ScheduledController;
    await expect(worker.scheduled(event, env, createExecutionContext())).rejects.toThrow("No jobs");
  });
});
