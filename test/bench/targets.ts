import { type Target, times } from "./report.ts";
import type { Summary } from "./summary.ts";

/** At most this many times the bare proxy's median latency, on one connection. */
const MAX_P50_AGAINST_PROXY = 1.5;
/** At least this share of the bare proxy's throughput, on 16 connections. */
const MIN_THROUGHPUT_AGAINST_PROXY = 0.5;

/** Holds Kivuko's numbers against what the product promises. */
export function judge(series: readonly Summary[]): Target[] {
  return series
    .filter(({ id }) => id === "kivuko")
    .flatMap(({ connections, againstProxy, againstPeer }) => {
      const at = `${connections} connection${connections === 1 ? "" : "s"}`;
      const target = (what: string, ratio: number, isMet: boolean): Target => ({
        what: `${what}, ${at}`,
        measured: times(ratio),
        isMet,
      });
      return [
        connections === 1
          ? target(
              `p50 at most ${MAX_P50_AGAINST_PROXY} x the bare proxy`,
              againstProxy.p50,
              againstProxy.p50 <= MAX_P50_AGAINST_PROXY,
            )
          : target(
              `throughput at least ${MIN_THROUGHPUT_AGAINST_PROXY} x the bare proxy`,
              againstProxy.requestsPerSecond,
              againstProxy.requestsPerSecond >= MIN_THROUGHPUT_AGAINST_PROXY,
            ),
        target("p50 below the peer", againstPeer.p50, againstPeer.p50 < 1),
        target("p99 below the peer", againstPeer.p99, againstPeer.p99 < 1),
        target("throughput above the peer", againstPeer.requestsPerSecond, againstPeer.requestsPerSecond > 1),
      ];
    });
}
