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
    .flatMap(({ connections, againstProxy, againstPeer, againstPeerGivenManifest }) => {
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
        ...[
          { peer: "the peer from its index", against: againstPeer },
          { peer: "the peer given the manifest", against: againstPeerGivenManifest },
        ].flatMap(({ peer, against }) => [
          target(`p50 below ${peer}`, against.p50, against.p50 < 1),
          target(`p99 below ${peer}`, against.p99, against.p99 < 1),
          target(`throughput above ${peer}`, against.requestsPerSecond, against.requestsPerSecond > 1),
        ]),
      ];
    });
}

/** Holds the pass-through against the other gateway's. */
export function judgePassThrough(series: readonly Summary[], isStreamed: boolean): Target[] {
  return series
    .filter(({ id }) => id === "kivuko")
    .flatMap(({ connections, againstPeer }) =>
      (["p50", "p99"] as const).map((what) => ({
        what: `pass-through${isStreamed ? ", streamed" : ""}: ${what} below Portkey's, ${connections} connection${connections === 1 ? "" : "s"}`,
        measured: times(againstPeer[what]),
        isMet: againstPeer[what] < 1,
      })),
    );
}
