import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { withActor } from "../../src/access/context.ts";
import { CATALOG_MAX_AGE_MS } from "../../src/plugins/catalog/limits.ts";
import { callTool } from "../../src/plugins/dispatch/routes.ts";
import { revokeGrant } from "../../src/plugins/grants/revoke-grant.ts";
import { clockAt, testBase } from "./support/base.ts";
import { BASE_URL, call } from "./support/call.ts";
import { countingDb } from "./support/counting-db.ts";
import { createDesk, DAMAGED, type Desk, type OutcomeBody, TICKET_TOOL } from "./support/desk.ts";
import { addGatewayKey, createOrganization } from "./support/organization.ts";

type Echo = { method: string; path: string; headers: Record<string, string>; body: string };

/** What the plugin's server received. */
async function echoed(desk: Desk, options?: Parameters<Desk["callTool"]>[0]): Promise<Echo> {
  const { body } = await desk.callTool(options);
  expect(body.status).toBe("ok");
  return body.result as Echo;
}

describe("a tool call", () => {
  it("answers the plugin's result with its id and its timings", async () => {
    const desk = await createDesk();
    const { status, body, headers } = await desk.callTool();
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "ok", result: { ticketId: "SUP-10421" } });
    expect(body.callId).toMatch(/^call_[0-9a-z]{26}$/);
    expect(headers.get("server-timing")).toMatch(
      /^resolve;dur=[\d.]+, check;dur=.*, open;dur=.*, plugin;dur=.*, total;dur=[\d.]+$/,
    );
    expect(headers.get("x-request-id")).toMatch(/^req_/);
  });

  it("[DISPATCH-01] sends the seed's request: body, headers, configuration, no phone number", async () => {
    const desk = await createDesk("echo");
    const request = await echoed(desk, {
      body: { input: DAMAGED, customer: { phone: "+254711223344" } },
      headers: { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" },
    });
    const body = JSON.parse(request.body);
    expect(body).toEqual({
      tool: "create_support_ticket",
      input: DAMAGED,
      context: {
        organizationId: desk.organization.id,
        instanceId: desk.supportId,
        user: { id: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/), hashVersion: 1 },
        config: { defaultQueue: "customer-care" },
        callId: expect.stringMatching(/^call_/),
      },
    });
    expect(request).toMatchObject({ method: "POST", path: expect.stringMatching(/\/execute$/) });
    expect(request.headers["content-type"]).toBe("application/json");
    expect(request.headers["idempotency-key"]).toBe(body.context.callId);
    expect(request.headers["traceparent"]).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-/);
    expect(JSON.stringify(request)).not.toContain("711223344");
  });

  it("[TOKEN-01] signs with the plugin's secret, over these bytes, for this tool", async () => {
    const desk = await createDesk("echo");
    const request = await echoed(desk);
    const token = (request.headers["authorization"] ?? "").replace("Bearer ", "");
    const { secret } = desk.installation;
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret.value), {
      algorithms: ["HS256"],
      audience: "SUPPORT_DESK",
      issuer: BASE_URL,
    });
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(request.body));
    expect(payload).toMatchObject({
      sub: desk.installation.id,
      org: desk.organization.id,
      instance: desk.supportId,
      tool: "create_support_ticket",
      jti: JSON.parse(request.body).context.callId,
      body_sha256: Buffer.from(digest).toString("base64url"),
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
    expect(decodeProtectedHeader(token)).toEqual({ alg: "HS256", typ: "JWT", kid: secret.kid });
  });

  it("[DISPATCH-02] gives the same customer the same id in one installation and another in the next", async () => {
    const [first, second] = [await createDesk("echo"), await createDesk("echo")];
    const userOf = async (desk: Desk, phone: string) =>
      JSON.parse((await echoed(desk, { body: { input: DAMAGED, customer: { phone } } })).body).context.user
        .id;
    const id = await userOf(first, "+254711223344");
    expect(await userOf(first, "+254711223344")).toBe(id);
    expect(await userOf(first, "+254711223345")).not.toBe(id);
    expect(await userOf(second, "+254711223344")).not.toBe(id);
  });

  it("[DISPATCH-02] carries no user without a customer", async () => {
    const request = await echoed(await createDesk("echo"));
    expect(JSON.parse(request.body).context).not.toHaveProperty("user");
  });

  it("[SECRET-02] signs with the new secret after a rotation", async () => {
    const desk = await createDesk("echo");
    const rotated = await desk.control<{ kid: string; value: string }>(
      "POST",
      `/v1/installations/${desk.installation.id}/secrets`,
      {},
    );
    expect(rotated.status).toBe(201);
    // The isolate has not called yet, so it reads the new secret.
    const token = ((await echoed(desk)).headers["authorization"] ?? "").replace("Bearer ", "");
    expect(decodeProtectedHeader(token).kid).toBe(rotated.body.kid);
    await jwtVerify(token, new TextEncoder().encode(rotated.body.value));
    expect(decodeJwt(token).sub).toBe(desk.installation.id);
  });
});

describe("refusals", () => {
  it("[GATE-02] names the gate for a number without the grant", async () => {
    const desk = await createDesk();
    const { status, body } = await desk.callTool({ instanceId: desk.salesId });
    expect(status).toBe(403);
    expect(body).toMatchObject({
      status: "refused",
      gate: "instance_grant",
      error: { code: "not_granted", hint: expect.any(String) },
    });
  });

  it("[GATE-01] refuses an unknown tool, a disabled plugin and a tool that is off", async () => {
    const desk = await createDesk("well", { tools: [] });
    expect((await desk.callTool()).body).toMatchObject({
      gate: "tool_grant",
      error: { code: "tool_not_granted" },
    });
    expect((await desk.callTool({ tool: "SUPPORT_DESK__nothing" })).body).toMatchObject({
      gate: "installation",
      error: { code: "tool_unknown" },
    });
    const other = await createDesk();
    await other.control("POST", `/v1/installations/${other.installation.id}/disable`);
    expect((await other.callTool()).body).toMatchObject({
      gate: "installation",
      error: { code: "installation_disabled" },
    });
  });

  it("[GATE-04] keeps a rate limit exactly under parallel calls", async () => {
    const desk = await createDesk("well", { callsPerMinute: 3 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => desk.callTool()));
    const limited = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(limited).toHaveLength(5);
    expect(limited[0]?.body).toMatchObject({
      status: "refused",
      gate: "rate_limit",
      error: { code: "rate_limited" },
    });
    expect(Number(limited[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

describe("bad input", () => {
  it("[DISPATCH-03] names every wrong field before anything leaves", async () => {
    const desk = await createDesk("echo");
    const { status, body } = await desk.callTool({
      body: { input: { priority: "urgent", customerName: 7 } },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "error", error: { code: "invalid_input" } });
    expect(body.error?.issues?.map((issue) => issue.pointer).sort()).toEqual([
      "/customerName",
      "/priority",
      "/summary",
    ]);
    expect(body.error?.message).toMatch(/^Fallback suggestions:/m);
  });

  it.each([
    ["an array as input", { input: [] }, 422, "invalid_request"],
    ["no input", {}, 422, "invalid_request"],
    ["a body that is no object", "[]", 422, "invalid_request"],
    ["no JSON", "{", 400, "malformed_json"],
    ["a customer without a number", { input: {}, customer: {} }, 422, "invalid_request"],
    ["a local number", { input: {}, customer: { phone: "0711223344" } }, 422, "invalid_request"],
    ["5 MB", { input: { summary: "x".repeat(5_000_000) } }, 413, "body_too_large"],
  ])("[DISPATCH-04] refuses %s", async (_case, body, status, code) => {
    const desk = await createDesk();
    expect(await desk.callTool({ body })).toMatchObject({
      status,
      body: { code, requestId: expect.stringMatching(/^req_/) },
    });
  });
});

describe("credentials", () => {
  it("refuses none, a foreign, an expired, a revoked one and one for another number", async () => {
    const desk = await createDesk();
    const path = `/v1/instances/${desk.supportId}/tools/${TICKET_TOOL}/calls`;
    const body = { input: DAMAGED };
    const stranger = await createOrganization();
    const expired = await addGatewayKey(desk.organization.id, { expiresAt: Date.now() - 1 });
    const bound = await addGatewayKey(desk.organization.id, { instanceId: desk.salesId });
    expect(await call("POST", path, { body })).toMatchObject({
      status: 401,
      body: { code: "credential_missing" },
    });
    expect(await call("POST", path, { body, token: `kvk_${"x".repeat(43)}` })).toMatchObject({
      status: 401,
      body: { code: "credential_invalid" },
    });
    expect(await call("POST", path, { body, token: expired })).toMatchObject({
      status: 401,
      body: { code: "credential_expired" },
    });
    expect(await call("POST", path, { body, token: stranger.gatewayKey })).toMatchObject({
      status: 404,
      body: { code: "instance_not_found" },
    });
    expect(await call("POST", path, { body, token: stranger.apiToken })).toMatchObject({
      status: 404,
      body: { code: "instance_not_found" },
    });
    expect(await call("POST", path, { body, token: bound })).toMatchObject({
      status: 404,
      body: { code: "instance_not_found" },
    });
    expect(await call("POST", path, { body, token: desk.organization.apiToken })).toMatchObject({
      status: 200,
    });
  });
});

describe("what a call costs and how old its knowledge may be", () => {
  async function callAt(desk: Desk, now: number, key: string) {
    const { count, db } = countingDb();
    const response = await callTool(
      new Request(`${BASE_URL}/v1/instances/${desk.supportId}/tools/${TICKET_TOOL}/calls`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ input: DAMAGED }),
      }),
      { instanceId: desk.supportId, toolName: TICKET_TOOL },
      testBase({ db, clock: clockAt(now) }),
    );
    return { roundTrips: count.roundTrips, body: (await response.json()) as OutcomeBody };
  }

  it("[CATALOG-02] reads D1 once when cold and not at all when warm", async () => {
    const desk = await createDesk();
    const now = Date.now();
    const key = desk.organization.gatewayKey;
    expect(await callAt(desk, now, key)).toMatchObject({ roundTrips: 1, body: { status: "ok" } });
    expect(await callAt(desk, now + 1, key)).toMatchObject({ roundTrips: 0, body: { status: "ok" } });
    expect(await callAt(desk, now + CATALOG_MAX_AGE_MS - 1, key)).toMatchObject({ roundTrips: 0 });
    expect((await callAt(desk, now + CATALOG_MAX_AGE_MS, key)).roundTrips).toBe(1);
  });

  it("[GRANT-05] stops calls within the bound after the grant is revoked", async () => {
    const desk = await createDesk();
    const key = desk.organization.gatewayKey;
    const now = Date.now();
    expect((await callAt(desk, now, key)).body.status).toBe("ok");
    // By the verb, as if in another isolate: this one is not told.
    const actor = {
      kind: "user" as const,
      id: desk.organization.userId,
      organizationId: desk.organization.id,
      role: "owner" as const,
    };
    await revokeGrant({
      ctx: withActor(testBase(), actor),
      input: { instanceId: desk.supportId, installationId: desk.installation.id },
    });
    expect((await callAt(desk, now + CATALOG_MAX_AGE_MS - 1, key)).body.status).toBe("ok");
    expect((await callAt(desk, now + CATALOG_MAX_AGE_MS, key)).body).toMatchObject({
      status: "refused",
      gate: "instance_grant",
    });
  });

  it("[GRANT-05] stops calls at once in the isolate that revoked the grant", async () => {
    const desk = await createDesk();
    expect((await desk.callTool()).body.status).toBe("ok");
    await desk.control("DELETE", `/v1/instances/${desk.supportId}/grants/${desk.installation.id}`);
    expect((await desk.callTool()).body).toMatchObject({ status: "refused", gate: "instance_grant" });
  });

  it("stops calls within the bound after the gateway key is revoked", async () => {
    const desk = await createDesk();
    const created = await desk.control<{ id: string; key: string }>("POST", "/v1/gateway-keys", {
      name: "till",
    });
    const now = Date.now();
    expect((await callAt(desk, now, created.body.key)).body.status).toBe("ok");
    await desk.control("DELETE", `/v1/gateway-keys/${created.body.id}`);
    expect((await callAt(desk, now + CATALOG_MAX_AGE_MS, created.body.key)).body).toMatchObject({
      code: "credential_invalid",
    });
  });
});
