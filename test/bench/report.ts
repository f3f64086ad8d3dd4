import type { BridgeRow } from "./bridge-calls.ts";
import type { GatewayFindings } from "./gateway-bench.ts";
import type { Memory } from "./long-chat.ts";
import type { Machine } from "./machine.ts";
import type { HotFunction } from "./profile.ts";
import type { Stage } from "./stages.ts";
import type { Summary } from "./summary.ts";

/** Everything a run found out; the JSON file holds exactly this. */
export type Report = {
  readonly startedAt: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly secondsPerTurn: number;
  readonly series: readonly Summary[];
  readonly targets: readonly Target[];
  /** Where Kivuko says its time goes. */
  readonly stages: readonly Stage[];
  readonly bridge: readonly BridgeRow[];
  readonly gateway: Pick<GatewayFindings, "rush" | "longChat">;
  readonly records: { readonly calls: number; readonly stored: number };
};

/** A number to reach, and whether this run reached it. */
export type Target = { readonly what: string; readonly measured: string; readonly isMet: boolean };

const NOTES = `Every leg runs in workerd with a socket of its own (no development proxy; the no-op Worker shows the floor),
in turns of one run, and calls the same plugin on this machine. miniflare passes each outgoing fetch through a
small Worker of its own, for every gateway alike. The peer (@lobehub/chat-plugins-gateway) runs its own edge handler
with its default validator and its log line per call silenced. "from its index" is the like for like: the caller names
the plugin and the gateway knows where it lives (the peer fetches its index and the manifest on every call). "manifest
sent along" is its fastest way: the caller says which URL to call. The rows that begin with "chat" pass a chat completion
on to one loopback model; their peer is Portkey's gateway (@portkey-ai/gateway), the app of its package in workerd, which
reads no credentials of its own callers, counts nothing and keeps no record. Kivuko's do all three.`;

/** The report for a terminal. */
export function formatReport(report: Report): string {
  const { machine, rounds, secondsPerTurn, stages, records } = report;
  const lines = [
    NOTES,
    "",
    `${machine.cores} x ${machine.processor}, load before ${machine.loadBefore.toFixed(2)}; ` +
      `node ${machine.node}, workerd ${machine.workerd}, chat-plugins-gateway ${machine.peer}, ` +
      `portkey ${machine.chatPeer}; ` +
      `${rounds} rounds of ${secondsPerTurn} s per leg, medians over the rounds, ratios taken within a round.`,
    "",
    formatSeries(report.series),
    "",
    formatTargets(report.targets),
    "",
    stages.length === 0
      ? "Kivuko sends no Server-Timing."
      : `Stages of one dispatch (Server-Timing, means): ${stages.map(formatStage).join(", ")}.`,
    "",
    "Bridge calls beside a tool call, one after the other; round trips to storage before the answer:",
    formatBridge(report.bridge),
    "",
    ...formatGateway(report.gateway),
    "",
    `Records: ${records.stored} stored of ${records.calls} calls.`,
  ];
  return lines.join("\n");
}

function formatGateway({ rush, longChat }: Report["gateway"]): string[] {
  const { messages, before, after, turnMsBefore, turnMsAfter } = longChat;
  return [
    `${rush.chats} new chats at once, each a turn with one tool call: all messages stored after ${rush.storedMs} ms, the last ` +
      `reply after ${rush.lastReplyMs} ms (median ${rush.medianReplyMs} ms, one second of it waiting for more words), ` +
      `${rush.lost} lost, ${rush.extra} too many.`,
    `A chat with ${messages} messages: heap ${formatMemory(before)} before, ${formatMemory(after)} after; a turn with one ` +
      `tool call ${turnMsBefore} ms before, ${turnMsAfter} ms after (the same second included).`,
  ];
}

function formatMemory({ heapMiB, residentMiB }: Memory): string {
  return `${heapMiB.toFixed(1)} MiB${residentMiB === undefined ? "" : ` (process ${residentMiB.toFixed(0)} MiB)`}`;
}

function formatStage({ name, meanMs }: Stage): string {
  return `${name} ${meanMs.toFixed(2)} ms`;
}

function formatTargets(targets: readonly Target[]): string {
  return targets
    .map(({ what, measured, isMet }) => `${isMet ? "met   " : "missed"}  ${what}: ${measured}`)
    .join("\n");
}

function formatSeries(series: readonly Summary[]): string {
  const header = [
    "connections",
    "leg",
    "p50 ms",
    "p99 ms",
    "req/s",
    "CPU µs/req",
    "p50 / proxy",
    "req/s / proxy",
    "p50 / peer",
    "p99 / peer",
    "p50 / given",
    "p99 / given",
    "failures",
  ];
  const rows = series.map((summary) => [
    String(summary.connections),
    summary.title,
    summary.p50Ms.toFixed(3),
    summary.p99Ms.toFixed(3),
    summary.requestsPerSecond.toFixed(0),
    summary.processorUs?.toFixed(0) ?? "-",
    times(summary.againstProxy.p50),
    times(summary.againstProxy.requestsPerSecond),
    times(summary.againstPeer.p50),
    times(summary.againstPeer.p99),
    times(summary.againstPeerGivenManifest.p50),
    times(summary.againstPeerGivenManifest.p99),
    String(summary.failures),
  ]);
  return alignRows([header, ...rows], header.indexOf("leg"));
}

function formatBridge(rows: readonly BridgeRow[]): string {
  const header = ["call", "p50 ms", "p99 ms", "p50 / tool call", "added ms", "D1", "objects"];
  const cells = rows.map((row) => [
    row.title,
    row.p50Ms.toFixed(3),
    row.p99Ms.toFixed(3),
    times(row.p50AgainstToolCall),
    row.addedMs.toFixed(3),
    String(row.databaseTrips),
    String(row.objectCalls),
  ]);
  return alignRows([header, ...cells], 0);
}

/** The hottest functions of a profile, for a terminal. */
export function formatHotFunctions(functions: readonly HotFunction[]): string {
  const rows = functions.map(({ name, selfPercent, totalPercent }) => [
    selfPercent.toFixed(1),
    totalPercent.toFixed(1),
    name,
  ]);
  return alignRows([["self %", "with callees %", "function"], ...rows], 2);
}

/** A ratio as text; where there is nothing to hold it against, a dash. */
export function times(ratio: number): string {
  return Number.isNaN(ratio) ? "-" : `${ratio.toFixed(2)} x`;
}

/** Lines up the cells: one column starts at the left, the others end at the right. */
function alignRows(rows: readonly (readonly string[])[], leftAlignedColumn: number): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return column === leftAlignedColumn ? cell.padEnd(width) : cell.padStart(width);
        })
        .join("  "),
    )
    .join("\n");
}
