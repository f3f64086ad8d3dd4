import { beforeEach, describe, expect, it, vi } from "vitest";
import { ToolCallRequest } from "../../src/contract/tool-call.ts";
import { createPlugin, defineManifest, PluginError, type Refusal } from "../../src/sdk/index.ts";
import {
  CALLED_AT,
  PLUGIN_ORIGIN,
  PLUGIN_SECRET,
  postCall,
  signToken,
  TICKET_CALL,
} from "../support/platform-call.ts";

const MEBIBYTE = 1024 * 1024;
const clock = { now: () => CALLED_AT };

const deskManifest = defineManifest({
  slug: "SUPPORT_DESK",
  version: "1.0.0",
  name: "Support Desk",
  baseUrl: PLUGIN_ORIGIN,
  auth: { type: "secret" },
  tools: [
    {
      name: "create_support_ticket",
      description: "Opens a ticket.",
      inputSchema: {
        type: "object",
        properties: {
          customerName: { type: "string" },
          summary: { type: "string" },
          priority: { type: "string", enum: ["low", "normal", "high"] },
        },
        required: ["summary"],
      },
    },
  ],
});

describe("a call of the Support Desk", () => {
  const refusals: Refusal[] = [];
  const run = vi.fn((input: unknown, context: unknown): unknown => ({ input, context }));
  const desk = createPlugin({
    manifest: deskManifest,
    secret: PLUGIN_SECRET,
    clock,
    tools: { create_support_ticket: run },
    onRefusal: (refused) => refusals.push(refused),
  });

  beforeEach(() => {
    refusals.length = 0;
    run.mockClear();
  });

  /** Sends a body under a token that is right for it. */
  async function call(body: string, claims: Record<string, unknown> = {}) {
    const response = await desk.fetch(postCall(body, await signToken(body, { claims })));
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
  const callWith = (changes: object, claims?: Record<string, unknown>) =>
    call(JSON.stringify({ ...TICKET_CALL, ...changes }), claims);

  it("runs the tool with input and context and answers what it returns", async () => {
    const answer = await call(JSON.stringify(TICKET_CALL));
    expect(answer).toEqual({ status: 200, body: { input: TICKET_CALL.input, context: TICKET_CALL.context } });
    expect(refusals).toEqual([]);
  });

  it("is answered 401 without a word on why when the token is for something else", async () => {
    const body = JSON.stringify(TICKET_CALL);
    const wrong = {
      altered_body: postCall(body.replace("damaged", "perfect"), await signToken(body)),
      wrong_audience: postCall(body, await signToken(body, { claims: { aud: "OTHER_DESK" } })),
      wrong_tool: postCall(body, await signToken(body, { claims: { tool: "refund_order" } })),
      wrong_signature: postCall(body, await signToken(body, { secret: "kps_of somebody else" })),
      expired: postCall(body, await signToken(body, { claims: { iat: 1, exp: 301 } })),
      missing_token: new Request(`${PLUGIN_ORIGIN}/execute`, { method: "POST", body }),
    };
    for (const [reason, request] of Object.entries(wrong)) {
      const response = await desk.fetch(request);
      expect(response.status, reason).toBe(401);
      expect(response.headers.get("WWW-Authenticate")).toBe("Bearer");
      expect(await response.json()).toEqual({
        error: "invalid_token",
        message: "The platform token of this call is not valid.",
      });
    }
    expect(refusals.map(({ reason }) => reason)).toEqual(Object.keys(wrong));
    expect(run).not.toHaveBeenCalled();
  });

  it.each([
    ["organizationId", "org"],
    ["instanceId", "instance"],
    ["callId", "jti"],
  ])("is refused when %s is not the token's %s", async (field) => {
    const answer = await callWith({ context: { ...TICKET_CALL.context, [field]: "another" } });
    expect(answer).toMatchObject({ status: 401, body: { error: "invalid_token" } });
    expect(refusals).toMatchObject([{ reason: "wrong_context" }]);
  });

  it("is answered 404 for a tool that the manifest does not have", async () => {
    const answer = await callWith({ tool: "toString" }, { tool: "toString" });
    expect(answer).toEqual({
      status: 404,
      body: { error: "unknown_tool", message: 'There is no tool "toString" at this address.' },
    });
  });

  it("[SDK-01] is answered 422 with every field that is wrong", async () => {
    const answer = await callWith({ input: { customerName: 7, priority: "urgent" } });
    expect(answer).toMatchObject({ status: 422, body: { error: "invalid_input" } });
    for (const field of ["summary", "/customerName", "/priority"]) {
      expect(answer.body["message"]).toContain(field);
    }
    expect(run).not.toHaveBeenCalled();
  });

  it.each([
    ["nothing", "", "not a JSON object"],
    ["half an object", '{"tool":', "not a JSON object"],
    ["a list", "[]", "not a JSON object"],
    ["null", "null", "not a JSON object"],
    ["HTML", "<html></html>", "not a JSON object"],
    ["an empty object", "{}", "/tool must be text; /input must be an object; /context must be an object"],
  ])("is answered 400 when the body is %s", async (_, body, message) => {
    const answer = await call(body);
    expect(answer).toMatchObject({ status: 400, body: { error: "invalid_request" } });
    expect(answer.body["message"]).toContain(message);
  });

  it("is answered 400 when the body is not UTF-8", async () => {
    const bytes = new TextEncoder().encode(JSON.stringify(TICKET_CALL));
    bytes[bytes.indexOf("A".charCodeAt(0))] = 0xff; // the A of Amina
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const body_sha256 = Buffer.from(hash).toString("base64url");
    const headers = { Authorization: `Bearer ${await signToken("", { claims: { body_sha256 } })}` };
    const request = new Request(`${PLUGIN_ORIGIN}/execute`, { method: "POST", headers, body: bytes });
    expect((await desk.fetch(request)).status).toBe(400);
  });

  it.each([
    ["input is a list", { input: [] }],
    ["input is null", { input: null }],
    ["there is no context", { context: undefined }],
    ["the context names no call", { context: { ...TICKET_CALL.context, callId: undefined } }],
    ["the configuration is text", { context: { ...TICKET_CALL.context, config: "customer-care" } }],
    ["the user is text", { context: { ...TICKET_CALL.context, user: "Amina" } }],
    ["the tool is a number", { tool: 7 }],
  ])("is answered 400 when %s, as the contract has it", async (_, changes) => {
    expect(await callWith(changes)).toMatchObject({ status: 400, body: { error: "invalid_request" } });
    const onTheWire: unknown = JSON.parse(JSON.stringify({ ...TICKET_CALL, ...changes }));
    expect(ToolCallRequest.safeParse(onTheWire).success).toBe(false);
  });

  it("may carry no user, and fields that are not known yet", async () => {
    const { user: _, ...anonymous } = TICKET_CALL.context;
    const context = { ...anonymous, locale: "sw-KE" };
    expect(await callWith({ context, traceId: "1" })).toMatchObject({ status: 200, body: { context } });
    expect(ToolCallRequest.safeParse({ ...TICKET_CALL, context }).success).toBe(true);
  });

  it("is accepted at 1 MiB and answered 413 beyond it", async () => {
    const bodyOf = (bytes: number) => {
      const empty = JSON.stringify({ ...TICKET_CALL, input: { summary: "" } });
      const summary = "x".repeat(bytes - empty.length);
      return JSON.stringify({ ...TICKET_CALL, input: { summary } });
    };
    expect(bodyOf(MEBIBYTE)).toHaveLength(MEBIBYTE);
    expect((await call(bodyOf(MEBIBYTE))).status).toBe(200);
    expect(await call(bodyOf(MEBIBYTE + 1))).toMatchObject({ status: 413, body: { error: "too_large" } });
  });

  it("[SDK-01] is refused before its body is read when the token is not valid", async () => {
    let isRead = false;
    const body = new ReadableStream(
      {
        pull(controller) {
          isRead = true;
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const init = { method: "POST", body, duplex: "half" } as RequestInit;
    const response = await desk.fetch(new Request(`${PLUGIN_ORIGIN}/execute`, init));
    expect(response.status).toBe(401);
    expect(isRead).toBe(false);
  });

  it("is answered 503 until the plugin has a secret, while the manifest is served", async () => {
    let secret: string | undefined;
    const plugin = createPlugin({
      manifest: deskManifest,
      secret: () => secret,
      clock,
      tools: { create_support_ticket: run },
    });
    const body = JSON.stringify(TICKET_CALL);
    const send = async () => plugin.fetch(postCall(body, await signToken(body)));

    const early = await send();
    expect(early.status).toBe(503);
    expect(await early.json()).toMatchObject({
      error: "not_configured",
      message: expect.stringContaining("PLUGIN_SECRET"),
    });
    expect((await plugin.fetch(new Request(`${PLUGIN_ORIGIN}/manifest.json`))).status).toBe(200);

    secret = PLUGIN_SECRET;
    expect((await send()).status).toBe(200);
  });

  it("is answered 500 when the secret cannot be looked up", async () => {
    const errors: unknown[] = [];
    const failure = new Error("vault at 10.0.0.5 is sealed");
    const plugin = createPlugin({
      manifest: deskManifest,
      secret: () => Promise.reject(failure),
      clock,
      tools: { create_support_ticket: run },
      onError: (error) => errors.push(error),
    });
    const body = JSON.stringify(TICKET_CALL);
    const response = await plugin.fetch(postCall(body, await signToken(body)));
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("vault");
    expect(errors).toEqual([failure]);
  });

  it("is answered the same when a hook throws", async () => {
    const hook = () => {
      throw new Error("the log is full");
    };
    const plugin = createPlugin({
      manifest: deskManifest,
      secret: PLUGIN_SECRET,
      clock,
      tools: {
        create_support_ticket: () => {
          throw new Error("no tickets today");
        },
      },
      onRefusal: hook,
      onError: hook,
    });
    const body = JSON.stringify(TICKET_CALL);
    expect((await plugin.fetch(postCall(body, "x"))).status).toBe(401);
    expect((await plugin.fetch(postCall(body, await signToken(body)))).status).toBe(500);
  });
});

describe("createPlugin", () => {
  it("refuses a manifest whose tools have no function, and functions that are no tools", () => {
    const build = (tools: object) => () =>
      createPlugin({ manifest: deskManifest, secret: PLUGIN_SECRET, tools: tools as never });
    expect(build({})).toThrow('"create_support_ticket" has no function');
    expect(build({ create_support_ticket: "yes" })).toThrow('"create_support_ticket" has no function');
    expect(build({ create_support_ticket: () => null, close_ticket: () => null })).toThrow(
      "are no tools of the manifest: close_ticket",
    );
  });

  it("refuses a schema that cannot be used", () => {
    const [tool] = deskManifest.tools;
    const inputSchema = { $ref: "https://example.com/ticket.json" };
    const manifest = { ...deskManifest, tools: [{ ...tool, inputSchema }] };
    const build = () =>
      createPlugin({ manifest, secret: PLUGIN_SECRET, tools: { create_support_ticket: () => null } });
    expect(build).toThrow('inputSchema of tool "create_support_ticket" cannot be used');
  });
});

describe("PluginError", () => {
  it("carries code, message, status and a fallback line", () => {
    const error = new PluginError({ code: "not_found", message: "No such order.", fallback: "ask again." });
    expect(error).toMatchObject({
      code: "not_found",
      status: 400,
      message: "No such order.\nFallback suggestions: ask again.",
    });
  });

  it.each([200, 399, 500, 404.5])("cannot have the status %d", (status) => {
    expect(() => new PluginError({ code: "x", message: "x", status })).toThrow(RangeError);
  });
});
