/** The SDK's bridges: signed as the platform reads it, tried again where it is safe, keyed so that nothing happens twice. */
import { jwtVerify } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BridgeError, type CallBridge, createBridgeClient, createPlugin } from "../../src/sdk/index.ts";
import {
  CALLED_AT,
  PLUGIN_ORIGIN,
  PLUGIN_SECRET,
  postCall,
  signToken,
  TICKET_CALL,
} from "../support/platform-call.ts";

const PLATFORM = "https://kivuko.example.com";
const MESSAGE = { recipient: { type: "known_contact" as const, userId: "hash" }, text: "It left." };

/** A platform that gives these answers, one a request; a number is a status, an error a broken connection. */
function platform(...answers: (Response | Error)[]) {
  const requests: { key: string | null; body: string; token: string; url: string; method: string }[] = [];
  const pauses: number[] = [];
  const answer = async (request: Request) => {
    requests.push({
      key: request.headers.get("idempotency-key"),
      token: (request.headers.get("authorization") ?? "").replace("Bearer ", ""),
      body: await request.text(),
      url: request.url,
      method: request.method,
    });
    const next = answers.shift() ?? Response.json({ id: "msg_1", state: "sent" }, { status: 201 });
    if (next instanceof Error) {
      throw next;
    }
    return next;
  };
  const client = createBridgeClient({
    secret: { kid: "ins_1.v2", value: PLUGIN_SECRET },
    installationId: "ins_1",
    instanceId: "inst_456",
    platformUrl: PLATFORM,
    clock: { now: () => CALLED_AT },
    fetch: answer,
    pause: async (ms) => {
      pauses.push(ms);
    },
  });
  return { client, requests, pauses, answer };
}

const problem = (status: number, fields: object, headers = {}) =>
  Response.json({ status, requestId: "req_1", detail: "No.", ...fields }, { status, headers });

describe("a bridge call", () => {
  it("[BRIDGE-09] is signed for its body, by the secret that it names", async () => {
    const { client, requests } = platform();
    expect(await client.messages.send(MESSAGE)).toEqual({ id: "msg_1", state: "sent" });
    const [request] = requests;
    expect(request).toMatchObject({ method: "POST", url: `${PLATFORM}/bridge/v1/messages` });
    expect(JSON.parse(request?.body ?? "")).toEqual(MESSAGE);
    const { payload, protectedHeader } = await jwtVerify(
      request?.token ?? "",
      new TextEncoder().encode(PLUGIN_SECRET),
      { audience: PLATFORM, issuer: "ins_1", currentDate: new Date(CALLED_AT) },
    );
    expect(protectedHeader).toEqual({ alg: "HS256", typ: "JWT", kid: "ins_1.v2" });
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(request?.body));
    expect(payload).toMatchObject({
      instance: "inst_456",
      body_sha256: Buffer.from(digest).toString("base64url"),
    });
  });

  it("reads without a key, and signs the empty body", async () => {
    const { client, requests } = platform(Response.json({ id: "pay/1" }));
    await client.payments.get("pay/1");
    expect(requests).toMatchObject([
      { method: "GET", url: `${PLATFORM}/bridge/v1/payments/pay%2F1`, key: null, body: "" },
    ]);
  });

  it("[BRIDGE-09] tries again with the same key what may pass", async () => {
    const { client, requests, pauses } = platform(
      new TypeError("fetch failed"),
      problem(503, { code: "unavailable" }),
      problem(409, { code: "idempotency_in_progress" }, { "Retry-After": "3" }),
    );
    expect(await client.messages.send(MESSAGE)).toEqual({ id: "msg_1", state: "sent" });
    expect(requests).toHaveLength(4);
    expect(new Set(requests.map(({ key }) => key)).size).toBe(1);
    expect(pauses[0]).toBeGreaterThanOrEqual(250);
    expect(pauses[0]).toBeLessThanOrEqual(500);
    expect(pauses[2]).toBe(3_000);
  });

  it("gives up after four tries, and at once when the pause is too long", async () => {
    const down = platform(...Array.from({ length: 5 }, () => problem(502, { code: "upstream" })));
    await expect(down.client.messages.send(MESSAGE)).rejects.toMatchObject({ code: "upstream", status: 502 });
    expect(down.requests).toHaveLength(4);
    const busy = platform(problem(429, { code: "rate_limited" }, { "Retry-After": "60" }));
    await expect(busy.client.messages.send(MESSAGE)).rejects.toMatchObject({ retryAfterSeconds: 60 });
    expect(busy.requests).toHaveLength(1);
    const gone = platform(...Array.from({ length: 4 }, () => new TypeError("fetch failed")));
    await expect(gone.client.messages.send(MESSAGE)).rejects.toMatchObject({
      code: "bridge_unreachable",
      status: null,
    });
  });

  it("says why it was refused, and does not ask twice", async () => {
    const { client, requests } = platform(
      problem(403, {
        code: "permission_not_granted",
        gate: "permission",
        permission: "plugin:messages:send:known_contact",
        hint: "kivuko grant …",
      }),
    );
    const error = await client.messages.send(MESSAGE).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BridgeError);
    expect(error).toMatchObject({
      code: "permission_not_granted",
      status: 403,
      gate: "permission",
      permission: "plugin:messages:send:known_contact",
      hint: "kivuko grant …",
      requestId: "req_1",
      message: "No.",
    });
    expect(requests).toHaveLength(1);
  });

  it("takes an answer that is no JSON for a failure", async () => {
    const pages = Array.from({ length: 4 }, () => new Response("<h1>Bad gateway</h1>", { status: 502 }));
    await expect(platform(...pages).client.messages.send(MESSAGE)).rejects.toMatchObject({
      code: "bridge_answer_invalid",
      status: 502,
    });
  });

  it("sells: catalogue, orders, their payment and what comes after", async () => {
    const { client, requests } = platform();
    const item = { sku: "GAS-13", name: "Gas refill, 13 kg", unitAmount: 255_000, currency: "KES" };
    const items = [{ sku: "GAS-13", quantity: 1 }];
    await client.catalog.sync({ items: [item] });
    await client.orders.create({ recipient: MESSAGE.recipient, items });
    await client.orders.get("ord_1");
    await client.orders.update("ord_1", { state: "preparing" });
    await client.orders.checkOut("ord_1");
    await client.orders.openAfterSales("ord_1", { kind: "return", reason: "It leaks." });
    const asked = requests.map(({ method, url, body }) => [
      `${method} ${url.replace(`${PLATFORM}/bridge/v1`, "")}`,
      body === "" ? null : (JSON.parse(body) as unknown),
    ]);
    expect(asked).toEqual([
      ["PUT /catalog/items", { items: [item] }],
      ["POST /orders", { recipient: MESSAGE.recipient, items }],
      ["GET /orders/ord_1", null],
      ["PATCH /orders/ord_1", { state: "preparing" }],
      ["POST /orders/ord_1/checkout", {}],
      ["POST /orders/ord_1/after-sales", { kind: "return", reason: "It leaks." }],
    ]);
    const keys = requests.map(({ key }) => key).filter((key) => key !== null);
    expect(new Set(keys).size).toBe(5);
  });

  it("rehearses without a key", async () => {
    const { client, requests } = platform(Response.json({ dryRun: true, allowed: false, trace: [] }));
    await client.rehearse({ method: "POST", path: "/messages", body: MESSAGE });
    expect(requests).toMatchObject([{ key: null, url: `${PLATFORM}/bridge/v1/messages?dryRun=true` }]);
  });
});

describe("a bridge call inside of a tool call", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  /** Calls the plugin's tool as the platform does, `act` being what the tool does. */
  async function callTool(act: (bridge: CallBridge) => Promise<unknown>, context: object = {}) {
    const { requests, answer } = platform();
    vi.stubGlobal("fetch", answer);
    const plugin = createPlugin({
      manifest: {
        slug: "SUPPORT_DESK",
        version: "1.0.0",
        name: "Support Desk",
        baseUrl: PLUGIN_ORIGIN,
        auth: { type: "secret" },
        tools: [
          { name: "create_support_ticket", description: "Opens one.", inputSchema: { type: "object" } },
        ],
      },
      secret: PLUGIN_SECRET,
      clock: { now: () => CALLED_AT },
      tools: {
        create_support_ticket: async (_, { bridge }) =>
          act(bridge).catch((error: BridgeError) => ({ code: error.code })),
      },
    });
    const body = JSON.stringify({ ...TICKET_CALL, context: { ...TICKET_CALL.context, ...context } });
    const response = await plugin.fetch(postCall(body, await signToken(body)));
    return { requests, result: (await response.json()) as unknown };
  }
  const chat = { currentChat: { token: "cct_1", expiresAt: "2026-11-21T08:10:00.000Z" } };

  it("[BRIDGE-09] reaches the chat's customer, with keys that are the same when the call comes again", async () => {
    const act = async (bridge: CallBridge) => {
      await bridge.messages.send({ text: "One" });
      await bridge.messages.send({ text: "Two" });
      await bridge.payments.initiate({
        amount: 125_000,
        currency: "KES",
        orderReference: "A-1",
        description: "Gas",
      });
      return null;
    };
    const first = await callTool(act, chat);
    const second = await callTool(act, chat);
    const keys = first.requests.map(({ key }) => key);
    expect(keys).toEqual([
      "call_789:messages.send:1",
      "call_789:messages.send:2",
      "call_789:payments.initiate:1",
    ]);
    expect(second.requests.map(({ key }) => key)).toEqual(keys);
    for (const { body } of first.requests) {
      expect(JSON.parse(body)).toMatchObject({ recipient: { type: "current_chat", token: "cct_1" } });
    }
  });

  it("schedules, asks for money later and calls for a person in the chat that it is called from", async () => {
    const { requests } = await callTool(async (bridge) => {
      await bridge.scheduledMessages.create({ text: "Tomorrow.", sendAt: "2026-12-01T09:00:00Z" });
      await bridge.obligations.create({
        externalId: "invoice-1",
        title: "Invoice 1",
        dueAt: "2026-12-01T06:00:00Z",
        message: "It is due.",
        action: "reminder",
      });
      await bridge.escalations.create({ reason: "Asked for a person" });
    }, chat);
    expect(requests.map(({ key }) => key)).toEqual([
      "call_789:scheduledMessages.create:1",
      "call_789:obligations.create:1",
      "call_789:escalations.create:1",
    ]);
    for (const { body } of requests) {
      expect(JSON.parse(body)).toMatchObject({ recipient: { type: "current_chat", token: "cct_1" } });
    }
  });

  it("names another recipient when it is told one, and says when there is none", async () => {
    const told = await callTool((bridge) => bridge.messages.send(MESSAGE), chat);
    expect(JSON.parse(told.requests[0]?.body ?? "")).toEqual(MESSAGE);
    const nobody = await callTool((bridge) => bridge.messages.send({ text: "Hello" }));
    expect(nobody).toMatchObject({ requests: [], result: { code: "current_chat_missing" } });
  });
});
