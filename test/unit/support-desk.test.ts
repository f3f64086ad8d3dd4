import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import { createSupportDesk } from "../../examples/support-desk/plugin.ts";
import worker from "../../examples/support-desk/worker.ts";
import { parseManifest } from "../../src/plugins/manifest/index.ts";
import {
  CALLED_AT,
  PLUGIN_ORIGIN,
  PLUGIN_SECRET,
  postCall,
  signToken,
  TICKET_CALL,
} from "../support/platform-call.ts";

/** A call of the Support Desk under a token that is right for it. */
async function ticketCall(changes: object = {}, issuedAt = CALLED_AT, callId = "call_789") {
  const context = { ...TICKET_CALL.context, callId };
  const body = JSON.stringify({ ...TICKET_CALL, context, ...changes });
  return postCall(body, await signToken(body, { claims: { jti: callId }, issuedAt }));
}

describe("the Support Desk", () => {
  const desk = () =>
    createSupportDesk({
      baseUrl: PLUGIN_ORIGIN,
      secret: () => PLUGIN_SECRET,
      clock: { now: () => CALLED_AT },
    });

  it("opens a ticket in the configured queue", async () => {
    const response = await desk().fetch(await ticketCall());
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      ticketId: "SUP-10421",
      status: "created",
      message: "Ticket SUP-10421 was created in the customer-care queue.",
    });
  });

  it("opens one ticket per call, and no second one for a repeated call", async () => {
    const { fetch } = desk();
    const ticketOf = async (callId: string) => {
      const response = await fetch(await ticketCall({}, CALLED_AT, callId));
      return ((await response.json()) as { ticketId: string }).ticketId;
    };
    expect(await ticketOf("call_1")).toBe("SUP-10421");
    expect(await ticketOf("call_2")).toBe("SUP-10422");
    expect(await ticketOf("call_1")).toBe("SUP-10421");
    expect(await ticketOf("call_3")).toBe("SUP-10423");
  });

  it("refunds an order once per call", async () => {
    const { fetch } = desk();
    const refund = async (callId: string) => {
      const call = { tool: "refund_order", input: { orderNumber: 1042 } };
      const body = JSON.stringify({ ...TICKET_CALL, ...call, context: { ...TICKET_CALL.context, callId } });
      const token = await signToken(body, {
        claims: { jti: callId, tool: "refund_order" },
        issuedAt: CALLED_AT,
      });
      return (await fetch(await postCall(body, token))).json();
    };
    const refunded = {
      refundId: "RF-5001",
      message: "Order 1042 is refunded. Your reference is RF-5001.",
    };
    expect([await refund("call_1"), await refund("call_1")]).toEqual([refunded, refunded]);
    expect(await refund("call_2")).toMatchObject({ refundId: "RF-5002" });
  });

  it("has a manifest that the platform has nothing to say against", () => {
    const manifest = JSON.stringify(desk().manifest);
    const parsed = parseManifest(manifest, { allowInsecureLoopback: false });
    expect(parsed).toMatchObject({ ok: true, value: { warnings: [] } });
  });

  it("refuses a priority that it does not have", async () => {
    const input = { summary: "Broken.", priority: "yesterday" };
    const response = await desk().fetch(await ticketCall({ input }));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ message: expect.stringContaining("/priority") });
  });

  it("runs as a Worker", async () => {
    const env = { PUBLIC_URL: PLUGIN_ORIGIN, PLUGIN_SECRET };
    const manifest = await worker.fetch(new Request(`${PLUGIN_ORIGIN}/manifest.json`), env);
    expect(await manifest.json()).toMatchObject({ slug: "SUPPORT_DESK", baseUrl: PLUGIN_ORIGIN });
    const response = await worker.fetch(await ticketCall({}, Date.now()), env);
    expect(await response.json()).toMatchObject({ ticketId: "SUP-10421" });
  });
});

describe("`node examples/support-desk/node.ts`", () => {
  let child: ChildProcess | undefined;

  afterEach(() => {
    child?.kill("SIGKILL");
  });

  /** Starts the program on a free port, up to the line that names its manifest's URL. */
  async function start(env: Record<string, string>) {
    const started = spawn(process.execPath, ["examples/support-desk/node.ts"], {
      env: { PATH: process.env["PATH"], PORT: "0", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child = started;
    const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]();
    const warnings = createInterface({ input: started.stderr })[Symbol.asyncIterator]();
    const first = await lines.next();
    const url = /http:\S+(?=\/manifest\.json)/.exec(String(first.value))?.[0] ?? "";
    return { started, lines, warnings, url };
  }

  async function call(url: string) {
    const { headers, body } = await ticketCall({}, Date.now()).then(async (request) => ({
      headers: request.headers,
      body: await request.text(),
    }));
    const response = await fetch(`${url}/execute`, { method: "POST", headers, body });
    return { status: response.status, body: await response.json() };
  }

  it("serves the manifest before it has a secret, and says what to do", async () => {
    const { lines, warnings, url } = await start({});
    expect((await lines.next()).value).toContain("No PLUGIN_SECRET");
    const manifest = await fetch(`${url}/manifest.json`);
    expect(await manifest.json()).toMatchObject({ slug: "SUPPORT_DESK", baseUrl: url });
    expect(await call(url)).toMatchObject({ status: 503, body: { error: "not_configured" } });
    expect((await warnings.next()).value).toBe(`POST ${url}/execute: not_configured`);
  });

  it("takes calls with its secret, and leaves when asked to", async () => {
    const { started, url } = await start({ PLUGIN_SECRET });
    expect(await call(url)).toMatchObject({ status: 200, body: { ticketId: "SUP-10421" } });
    const exited = once(started, "exit");
    started.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
  });
});
