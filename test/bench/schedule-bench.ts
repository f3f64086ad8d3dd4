import { loadavg } from "node:os";
import { startChild } from "./child.ts";
import { describeMachine, type Machine } from "./machine.ts";
import type { Target } from "./report.ts";
import { measureScheduleRushes, type ScheduleRush } from "./schedule-rush.ts";
import { measureWaitingSchedules, type WaitingSchedules } from "./waiting-schedules.ts";

/** What the benchmark finds out about messages for later. */
export type ScheduleReport = {
  readonly startedAt: string;
  readonly machine: Machine;
  readonly loadAfter: number;
  readonly rushes: readonly ScheduleRush[];
  readonly waiting: WaitingSchedules;
  readonly targets: readonly Target[];
};

const MESSAGES = { quick: 1_000, whole: 10_000 };
const WAITING = { quick: 100_000, whole: 1_000_000 };

/** What the product promises of messages that are spread over a minute. */
const P99_LATENESS_MAX_MS = 2_000;
/** Of the tables' own pages and indexes, beside a row for each message that is due. */
const ROWS_BESIDE_DUE = 20;

export async function benchSchedules(isQuick: boolean): Promise<ScheduleReport> {
  const machine = describeMachine();
  const startedAt = new Date().toISOString();
  const plugin = startChild("plugin-process.ts");
  try {
    const pluginOrigin = `http://127.0.0.1:${await plugin.next()}`;
    const [messages, rows] = isQuick ? [MESSAGES.quick, WAITING.quick] : [MESSAGES.whole, WAITING.whole];
    const waiting = await measureWaitingSchedules(pluginOrigin, rows);
    const rushes = await measureScheduleRushes(pluginOrigin, messages, (rush) =>
      console.error(formatRush(rush)),
    );
    return {
      startedAt,
      machine,
      loadAfter: loadavg()[0] ?? 0,
      rushes,
      waiting,
      targets: [...rushes.flatMap(judgeRush), judgeWaiting(waiting)],
    };
  } finally {
    plugin.stop();
  }
}

function judgeRush({
  title,
  isSpread,
  messages,
  sent,
  doubled,
  lateness: { p99Ms },
}: ScheduleRush): Target[] {
  return [
    {
      what: `${title}: each sent once`,
      measured: `${sent} of ${messages}, ${doubled} doubled`,
      isMet: sent === messages && doubled === 0,
    },
    ...(isSpread
      ? [
          {
            what: `${title}: p99 at most ${P99_LATENESS_MAX_MS} ms late`,
            measured: `${p99Ms.toFixed(0)} ms`,
            isMet: p99Ms <= P99_LATENESS_MAX_MS,
          },
        ]
      : []),
  ];
}

function judgeWaiting({ waiting, due, rowsRead }: WaitingSchedules): Target {
  return {
    what: `a tick with ${waiting} waiting and ${due} due reads what is due`,
    measured: `${rowsRead.due} rows, ${rowsRead.idle} with nothing due`,
    isMet: rowsRead.due <= due + ROWS_BESIDE_DUE,
  };
}

/** For a terminal. */
export function formatSchedules({ machine, loadAfter, rushes, waiting, targets }: ScheduleReport): string {
  const { idle, due } = waiting.tickMs;
  return [
    `${machine.cores} x ${machine.processor}, load ${machine.loadBefore.toFixed(2)} before and ${loadAfter.toFixed(2)} after; ` +
      `node ${machine.node}, workerd ${machine.workerd}; the platform's files are in ${process.env["TMPDIR"] ?? "/tmp"}.`,
    "",
    ...rushes.map(formatRush),
    `${waiting.waiting} waiting: a tick reads ${waiting.rowsRead.idle} rows with nothing due (${idle.toFixed(0)} ms) and ` +
      `${waiting.rowsRead.due} with ${waiting.due} due (${due.toFixed(0)} ms); process ${mib(waiting.residentMiB.before)} MiB ` +
      `before, ${mib(waiting.residentMiB.after)} after.`,
    "",
    ...targets.map(({ what, measured, isMet }) => `${isMet ? "met   " : "missed"}  ${what}: ${measured}`),
  ].join("\n");
}

function formatRush(rush: ScheduleRush): string {
  const { title, messages, chats, sent, doubled, lost, lateness, endedMs, tickMs } = rush;
  return (
    `${messages} messages ${title} (${chats} chats): ${sent} sent, ${doubled} doubled, ${lost} lost; late p50 ` +
    `${lateness.p50Ms.toFixed(0)} ms, p99 ${lateness.p99Ms.toFixed(0)} ms, at most ${lateness.maxMs} ms; all ended after ` +
    `${endedMs} ms; longest tick ${tickMs} ms; ${rush.processorMs?.toFixed(2) ?? "?"} ms of processor a message; process ` +
    `${mib(rush.residentMiB.before)} MiB before, ${mib(rush.residentMiB.peak)} at most.`
  );
}

function mib(value: number | undefined): string {
  return value === undefined ? "?" : value.toFixed(0);
}
