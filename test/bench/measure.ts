import type { Child } from "./child.ts";
import { type Leg, rawRequest } from "./leg.ts";
import type { LoadJob, LoadResult } from "./load-process.ts";
import type { PluginReport } from "./plugin-process.ts";
import { processorMs, settle } from "./processor-time.ts";
import { percentile } from "./statistics.ts";

/** What one turn of one leg measured. */
export type Turn = {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly requestsPerSecond: number;
  /** Processor time of the runtime per request, put-off work included; undefined where the system does not tell. */
  readonly processorUs: number | undefined;
  /** Requests that the percentiles are of. */
  readonly requests: number;
  /** Every right answer, the lead-in's included. */
  readonly answers: number;
  readonly failures: number;
  readonly firstFailure: string | undefined;
};

/** The processes beside the runtimes that take part in a turn. */
export type Helpers = { readonly load: Child; readonly plugin: Child };

/** How long a turn lasts. Answers of the lead-in are sent and thrown away. */
export type TurnLength = { readonly leadInMs: number; readonly measureMs: number };

/** Faster than any leg can be at these lengths; it bounds memory, not the measurement. */
const MAX_REQUESTS_PER_SECOND = 100_000;

/** Runs one leg with so many connections, then waits until the runtime is quiet again. */
export async function measureTurn(
  helpers: Helpers,
  leg: Leg,
  connections: number,
  length: TurnLength,
): Promise<Turn> {
  const processorBefore = processorMs(leg.runtimeProcessId);
  const callsBefore = await pluginCalls(helpers);
  const result = (await helpers.load.ask({
    host: leg.url.hostname,
    port: Number(leg.url.port),
    request: rawRequest(leg),
    connections,
    maxRequests: Math.ceil((length.measureMs / 1_000) * MAX_REQUESTS_PER_SECOND),
    ...length,
  } satisfies LoadJob)) as LoadResult;
  await settle(leg.runtimeProcessId);
  const calls = (await pluginCalls(helpers)) - callsBefore;
  const processorAfter = processorMs(leg.runtimeProcessId);

  const requests = result.latenciesMs.length;
  const missingCalls = leg.isCallingPlugin ? Math.max(0, result.answers - calls) : 0;
  return {
    p50Ms: percentile(result.latenciesMs, 0.5),
    p99Ms: percentile(result.latenciesMs, 0.99),
    requestsPerSecond: (requests / result.elapsedMs) * 1_000,
    processorUs:
      processorBefore === undefined || processorAfter === undefined
        ? undefined
        : ((processorAfter - processorBefore) / result.answers) * 1_000,
    requests,
    answers: result.answers,
    failures: result.failures + missingCalls,
    firstFailure:
      result.firstFailure ??
      (missingCalls > 0 ? `${missingCalls} answers without a call to the plugin` : undefined),
  };
}

async function pluginCalls(helpers: Helpers): Promise<number> {
  return ((await helpers.plugin.ask("report")) as PluginReport).calls;
}
