import assert from "node:assert/strict";
import { type Bridge, createBridgeClient } from "../../src/sdk/index.ts";
import { ROUND_TRIPS_HEADER } from "./counting-entry.ts";
import type { Kivuko } from "./kivuko-leg.ts";
import { percentile } from "./statistics.ts";

/** A bridge call beside a tool call, both asked for one after the other on one connection. */
export type BridgeRow = {
  readonly title: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Divided by the tool call's, and beyond it. */
  readonly p50AgainstToolCall: number;
  readonly addedMs: number;
  /** Round trips to D1 before the answer. */
  readonly databaseTrips: number;
  /** Calls of Durable Objects before the answer. */
  readonly objectCalls: number;
};

/** Untimed calls of each kind, until its code is warm. */
const WARM_UP_CALLS = 20;

/** What the answers of one kind of call took and said. */
type Sample = { readonly latenciesMs: number[]; trips: string | null };
type Call = { readonly title: string; readonly run: (probe: Probe) => Promise<unknown> };

/** Sends requests to the Worker's own socket and takes the time until the answer is read. */
class Probe {
  sample: Sample = { latenciesMs: [], trips: null };
  readonly kivuko: Kivuko;
  readonly bridge: Bridge;
  phones = 0;

  constructor(kivuko: Kivuko) {
    this.kivuko = kivuko;
    const { installationId, instanceId, pluginSecret: secret, url: platformUrl } = kivuko;
    const fetch = (request: Request) => this.send(request);
    this.bridge = createBridgeClient({ secret, installationId, instanceId, platformUrl, fetch });
  }

  async send(request: Request): Promise<Response> {
    const { method, headers } = request;
    const { pathname, search } = new URL(request.url);
    const body = method === "GET" ? undefined : await request.text();
    const url = new URL(pathname + search, this.kivuko.leg.url);
    const sentAt = performance.now();
    const answer = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
    const text = await answer.text();
    this.sample.latenciesMs.push(performance.now() - sentAt);
    this.sample.trips = answer.headers.get(ROUND_TRIPS_HEADER);
    return new Response(text, { status: answer.status, headers: answer.headers });
  }

  /** A number that was not called before. */
  nextRecipient() {
    this.phones += 1;
    return {
      type: "external_recipient",
      phone: `+25470${String(this.phones).padStart(7, "0")}`,
    } as const;
  }
}

/** 17 at the end: the sandbox takes it and says nothing more, so nothing runs beside the next call. */
const TERMS = {
  amount: 121_700,
  currency: "KES",
  orderReference: "GAS-1041",
  description: "Gas refill, 13 kg",
};

/** The kinds of calls, the plain tool call first. */
async function kindsOf(probe: Probe): Promise<readonly Call[]> {
  const { leg } = probe.kivuko;
  const asked = { ...TERMS, recipient: probe.nextRecipient() };
  const { id } = await probe.bridge.payments.initiate(asked, { idempotencyKey: "asked" });
  return [
    {
      title: "tool call",
      run: async () => {
        const headers = { "Content-Type": "application/json", ...leg.headers };
        const answer = await probe.send(new Request(leg.url, { method: "POST", headers, body: leg.body }));
        leg.checkAnswer(await answer.text());
      },
    },
    {
      title: "payment, dry run",
      run: ({ bridge }) =>
        bridge.rehearse({
          method: "POST",
          path: "/payments",
          body: { ...TERMS, recipient: probe.nextRecipient() },
        }),
    },
    { title: "payment, read", run: ({ bridge }) => bridge.payments.get(id) },
    {
      title: "payment, same key again",
      run: ({ bridge }) => bridge.payments.initiate(asked, { idempotencyKey: "asked" }),
    },
    {
      title: "payment, by the sandbox",
      run: ({ bridge }) => bridge.payments.initiate({ ...TERMS, recipient: probe.nextRecipient() }),
    },
    {
      title: "message to a new chat",
      run: ({ bridge }) => bridge.messages.send({ recipient: probe.nextRecipient(), text: "On its way." }),
    },
  ];
}

/** Takes the time on `kivuko`, and counts on `counting`, which is the same behind a counter. */
export async function measureBridge(kivuko: Kivuko, counting: Kivuko, calls: number): Promise<BridgeRow[]> {
  const timed = await sampleAll(new Probe(kivuko), calls);
  const counted = await sampleAll(new Probe(counting), 1);
  const p50Of = (at: number) => percentile(Float64Array.from(timed[at]?.latenciesMs ?? []), 0.5);
  return timed.map(({ title, latenciesMs }, at) => {
    const [databaseTrips = Number.NaN, objectCalls = Number.NaN] = (counted[at]?.trips ?? "")
      .split(" ")
      .map(Number);
    assert(Number.isInteger(databaseTrips), `nothing was counted of ${title}`);
    return {
      title,
      p50Ms: p50Of(at),
      p99Ms: percentile(Float64Array.from(latenciesMs), 0.99),
      p50AgainstToolCall: p50Of(at) / p50Of(0),
      addedMs: p50Of(at) - p50Of(0),
      databaseTrips,
      objectCalls,
    };
  });
}

async function sampleAll(probe: Probe, calls: number) {
  const samples: (Sample & { title: string })[] = [];
  for (const { title, run } of await kindsOf(probe)) {
    for (let call = 0; call < WARM_UP_CALLS; call++) {
      await run(probe);
    }
    const sample = { title, latenciesMs: [], trips: null };
    probe.sample = sample;
    for (let call = 0; call < calls; call++) {
      await run(probe);
    }
    probe.sample = { latenciesMs: [], trips: null };
    samples.push(sample);
  }
  return samples;
}
