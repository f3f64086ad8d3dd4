/** The way out as workerd itself takes it; what is the same everywhere is tested in test/unit/outbound.test.ts. */
import { describe, expect, inject, test } from "vitest";
import { fetchOutside, type OutboundRequest } from "../../src/kernel/outbound.ts";
import type { PluginBehaviour } from "../support/stand-in.ts";

/** Far from the default of fifteen seconds, and far from what the fast answers here take. */
const TIMEOUT_MS = 400;
/** Beyond the time-out, what a busy machine may take to notice that it is over. */
const SLACK_MS = 2_000;

async function callPlugin(behaviour: PluginBehaviour, change: Partial<OutboundRequest> = {}) {
  const startedAt = performance.now();
  const result = await fetchOutside({
    url: `${inject("standInUrl")}/${behaviour}/execute`,
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
    timeoutMs: 10_000,
    maxResponseBytes: 1024 * 1024,
    allowLoopbackHttp: true,
    ...change,
  });
  return { result, tookMs: performance.now() - startedAt };
}

const failure = (reason: string) => ({ ok: false, error: { reason, message: expect.any(String) } });

describe("[OUTBOUND-02] a call to the outside, in workerd", () => {
  test("brings back status, headers and body", async () => {
    const { result } = await callPlugin("well");
    expect(result).toMatchObject({ ok: true, value: { status: 200 } });
    expect(result.ok && JSON.parse(result.value.body)).toMatchObject({ ticketId: "SUP-10421" });
    expect(result.ok && result.value.headers.get("content-type")).toBe("application/json");
  });

  test("sends what it was given, and nothing that names the platform's own caller", async () => {
    const { result } = await callPlugin("echo", {
      body: '{"a":"é"}',
      headers: { authorization: "Bearer x" },
    });
    const sent = result.ok ? JSON.parse(result.value.body) : undefined;
    expect(sent).toMatchObject({
      method: "POST",
      body: '{"a":"é"}',
      headers: { authorization: "Bearer x" },
    });
    expect(Object.keys(sent.headers)).not.toContain("cookie");
  });

  test("a plugin that says nothing, or never ends, is given up at the time-out", async () => {
    for (const behaviour of ["hang", "slow-drip"] as const) {
      const { result, tookMs } = await callPlugin(behaviour, { timeoutMs: TIMEOUT_MS });
      expect(result).toEqual(failure("timed_out"));
      expect(tookMs).toBeGreaterThanOrEqual(TIMEOUT_MS - 50);
      expect(tookMs).toBeLessThan(TIMEOUT_MS + SLACK_MS);
    }
  });

  test("a body over the limit is refused, whether its length is stated or it comes in pieces", async () => {
    expect((await callPlugin("oversize")).result).toEqual(failure("too_large"));
    const dripped = await callPlugin("slow-drip", { maxResponseBytes: 3 });
    expect(dripped.result).toEqual(failure("too_large"));
    expect(dripped.tookMs).toBeLessThan(SLACK_MS);
  });

  test("a redirect is not followed", async () => {
    expect((await callPlugin("redirect")).result).toEqual(failure("redirect_refused"));
    expect((await callPlugin("redirect", { method: "GET" })).result).toMatchObject({ ok: false });
  });

  test("a connection that breaks, or that nobody takes, is told apart from a slow one", async () => {
    expect((await callPlugin("reset")).result).toEqual(failure("connect_failed"));
    expect((await callPlugin("well", { url: "http://127.0.0.1:9/execute" })).result).toEqual(
      failure("connect_failed"),
    );
  });

  test("loopback is refused without the switch, before anything leaves", async () => {
    const { result } = await callPlugin("well", { allowLoopbackHttp: false });
    expect(result).toEqual(failure("url_refused"));
  });

  test("a failure names the host and neither path, query nor header", async () => {
    const { result } = await callPlugin("well", {
      url: `${inject("standInUrl")}/hang/private-path?token=secret-query`,
      headers: { authorization: "Bearer secret-header" },
      timeoutMs: TIMEOUT_MS,
    });
    expect(result).toEqual(failure("timed_out"));
    expect(JSON.stringify(result)).not.toMatch(/private-path|secret-query|secret-header/);
    expect(JSON.stringify(result)).toContain(new URL(inject("standInUrl")).host);
  });

  test("calls that were given up leave the next one alone", async () => {
    const given = await Promise.all(
      Array.from({ length: 12 }, () => callPlugin("hang", { timeoutMs: TIMEOUT_MS })),
    );
    expect(given.every(({ result }) => !result.ok)).toBe(true);
    expect((await callPlugin("well")).result).toMatchObject({ ok: true });
  });
});
