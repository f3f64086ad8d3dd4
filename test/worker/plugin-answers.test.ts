/** What a call does about a plugin that is not quite there, asks for `GET`, or answers something else than it said. */
import { describe, expect, inject, it } from "vitest";
import type { RecordMessage } from "../../src/contract/records.ts";
import { BREAKER_COOL_DOWN_MS, BREAKER_FAILURES } from "../../src/plugins/dispatch/limits.ts";
import { callTool } from "../../src/plugins/dispatch/routes.ts";
import { clockAt, testBase } from "./support/base.ts";
import { BASE_URL } from "./support/call.ts";
import { createDesk, DAMAGED, type Desk, type OutcomeBody, TICKET_TOOL } from "./support/desk.ts";

type StandInCall = { behaviour: string; method: string; path: string; headers: Record<string, string> };

/** The calls that this organisation's plugin got, oldest first. */
async function callsOf(desk: Desk): Promise<StandInCall[]> {
  const response = await fetch(`${inject("standInUrl")}/-/calls`);
  const calls = await response.json<(StandInCall & { body: string })[]>();
  return calls.filter(({ body }) => body.includes(desk.organization.id));
}

// First, while no other call's record waits to be sent.
describe("a result that breaks its own schema", () => {
  it("[DISPATCH-11] is handed on, and noted in the record", async () => {
    const desk = await createDesk("wrong-shape");
    const sent: RecordMessage[] = [];
    const background: Promise<unknown>[] = [];
    const outcome = await callInside(desk, {
      background: (work) => void background.push(work),
      records: recordsInto(sent),
    });
    expect(outcome).toMatchObject({ status: "ok", result: { ticketId: 10_421 } });
    await Promise.all(background);
    const records = sent
      .flatMap((message) => (message.type === "tool_calls" ? message.records : []))
      .filter(({ id }) => id === outcome.callId);
    expect(records).toMatchObject([{ status: "ok", errorCode: "output_schema_mismatch", attempts: 1 }]);
  });
});

describe("a plugin that is unavailable at first", () => {
  it("[DISPATCH-09] is not tried again where repeating could do a thing twice", async () => {
    const desk = await createDesk("unavailable-at-first");
    expect((await desk.callTool()).body).toMatchObject({ status: "error", error: { code: "plugin_failed" } });
    expect(await callsOf(desk)).toHaveLength(1);
    // The next call finds it back, so that the pair of answers is used up.
    expect((await desk.callTool()).body).toMatchObject({ status: "ok" });
  });

  it("[DISPATCH-09] is tried once more for an idempotent tool, as the same call", async () => {
    const desk = await createDesk("unavailable-at-first", {}, { idempotent: true });
    const { body } = await desk.callTool();
    expect(body).toMatchObject({ status: "ok", result: { ticketId: "SUP-10421" } });
    const keys = (await callsOf(desk)).map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toEqual([body.callId, body.callId]);
  });

  it("[DISPATCH-09] is tried twice at most", async () => {
    const desk = await createDesk("reset", {}, { idempotent: true });
    expect((await desk.callTool()).body).toMatchObject({
      status: "error",
      error: { code: "plugin_unreachable" },
    });
    expect(await callsOf(desk)).toHaveLength(2);
  });
});

describe("a plugin that keeps failing", () => {
  it("[DISPATCH-07] is left alone for a while, and then tried again", async () => {
    const desk = await createDesk("server-error");
    const now = Date.now();
    const callAt = async (time: number) => (await callInside(desk, { clock: clockAt(time) })).error?.code;
    for (let count = 0; count < BREAKER_FAILURES; count += 1) {
      expect(await callAt(now)).toBe("plugin_failed");
    }
    expect(await callAt(now + BREAKER_COOL_DOWN_MS - 1)).toBe("plugin_unavailable");
    expect(await callsOf(desk)).toHaveLength(BREAKER_FAILURES);
    expect(await callAt(now + BREAKER_COOL_DOWN_MS)).toBe("plugin_failed");
    expect(await callsOf(desk)).toHaveLength(BREAKER_FAILURES + 1);
  });
});

describe("a tool that is called by GET", () => {
  it("[DISPATCH-10] gets its input as query parameters and its context in a header", async () => {
    const desk = await createDesk("echo", {}, { endpoint: { method: "GET", path: "/tickets/new" } });
    const { body } = await desk.callTool({ body: { input: { ...DAMAGED, customerName: "Ásha & Söhne" } } });
    const sent = body.result as {
      method: string;
      path: string;
      headers: Record<string, string>;
      body: string;
    };
    expect(sent).toMatchObject({ method: "GET", body: "" });
    expect(sent.path).toBe("/echo/tickets/new");
    const context = atob((sent.headers["kivuko-context"] ?? "").replaceAll("-", "+").replaceAll("_", "/"));
    expect(JSON.parse(context)).toMatchObject({
      organizationId: desk.organization.id,
      instanceId: desk.supportId,
      callId: body.callId,
      config: { defaultQueue: "customer-care" },
    });
    const [, claims = ""] = (sent.headers["authorization"] ?? "").split(".");
    const emptyHash = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
    expect(JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")))).toMatchObject({
      tool: "create_support_ticket",
      body_sha256: emptyHash,
    });
  });
});

/** A call as the Worker takes it, with some of its context replaced. */
async function callInside(desk: Desk, replaced: Parameters<typeof testBase>[0]): Promise<OutcomeBody> {
  const request = new Request(`${BASE_URL}/v1/instances/${desk.supportId}/tools/${TICKET_TOOL}/calls`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${desk.organization.gatewayKey}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ input: DAMAGED }),
  });
  const params = { instanceId: desk.supportId, toolName: TICKET_TOOL };
  return (await callTool(request, params, testBase(replaced))).json<OutcomeBody>();
}

/** A queue that keeps what it is given. */
function recordsInto(sent: RecordMessage[]): Queue<RecordMessage> {
  const queue = {
    send: async (message: RecordMessage) => void sent.push(message),
    sendBatch: async (messages: Iterable<{ body: RecordMessage }>) => {
      sent.push(...[...messages].map(({ body }) => body));
    },
  };
  return queue as unknown as Queue<RecordMessage>;
}
