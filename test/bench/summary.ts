import type { Turn } from "./measure.ts";
import { median } from "./statistics.ts";

/** The turns of one leg with one number of connections, one per round. */
export type Series = {
  readonly id: string;
  readonly title: string;
  readonly connections: number;
  readonly turns: readonly Turn[];
};

/** A series boiled down: medians over the rounds, and medians of the ratios taken within each round. */
export type Summary = {
  readonly id: string;
  readonly title: string;
  readonly connections: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly requestsPerSecond: number;
  readonly processorUs: number | undefined;
  readonly requests: number;
  readonly failures: number;
  readonly againstProxy: Ratios;
  readonly againstPeer: Ratios;
  readonly againstPeerGivenManifest: Ratios;
};

/** This leg's number divided by the other leg's: latency below 1 is better, throughput above 1 is better. */
export type Ratios = { readonly p50: number; readonly p99: number; readonly requestsPerSecond: number };

/**
 * Boils the rounds down. Ratios are taken inside a round and only then reduced to their median, because the
 * machine's mood changes between rounds more than between two turns of one round.
 */
export function summarize(all: readonly Series[]): Summary[] {
  return all.map((series) => {
    const { id, title, connections, turns } = series;
    const other = (otherId: string) =>
      all.find((candidate) => candidate.id === otherId && candidate.connections === connections)?.turns ?? [];
    const processor = turns.map((turn) => turn.processorUs).filter((us) => us !== undefined);
    return {
      id,
      title,
      connections,
      p50Ms: median(turns.map((turn) => turn.p50Ms)),
      p99Ms: median(turns.map((turn) => turn.p99Ms)),
      requestsPerSecond: median(turns.map((turn) => turn.requestsPerSecond)),
      processorUs: processor.length === 0 ? undefined : median(processor),
      requests: sum(turns.map((turn) => turn.requests)),
      failures: sum(turns.map((turn) => turn.failures)),
      againstProxy: ratios(turns, other("proxy")),
      againstPeer: ratios(turns, other("peer")),
      againstPeerGivenManifest: ratios(turns, other("peer-given-manifest")),
    };
  });
}

function ratios(turns: readonly Turn[], others: readonly Turn[]): Ratios {
  const ratioOf = (read: (turn: Turn) => number) =>
    median(
      turns.flatMap((turn, round) => {
        const other = others[round];
        return other === undefined ? [] : [read(turn) / read(other)];
      }),
    );
  return {
    p50: ratioOf((turn) => turn.p50Ms),
    p99: ratioOf((turn) => turn.p99Ms),
    requestsPerSecond: ratioOf((turn) => turn.requestsPerSecond),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
