/*
 * `npm run bench`: Kivuko's tool dispatch and its gateway against a bare proxy and the nearest peer of each, all in
 * workerd, all calling the same plugin or model on this machine, turn by turn in one run; then many chats and a long
 * one. Prints a table, writes JSON, and exits 1 when any answer was wrong or a call left no record. `--quick` for one
 * round; `--rounds`, `--seconds` and `--json <file>` to taste. `--profile` samples the dispatch instead of measuring it,
 * and writes a `.cpuprofile`. `--schedule` measures messages for later instead: many that are due at once, and a tick
 * while many wait.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Bench, startBench } from "./bench.ts";
import { measureBridge } from "./bridge-calls.ts";
import { countingEntry } from "./counting-entry.ts";
import { measureGateway } from "./gateway-bench.ts";
import { startKivuko } from "./kivuko-leg.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { measureTurn } from "./measure.ts";
import type { PluginReport } from "./plugin-process.ts";
import { hottestFunctions, profileWorker, readWorkerSourceMap } from "./profile.ts";
import { formatHotFunctions, formatReport, type Report } from "./report.ts";
import { CONNECTIONS, type Rounds, runRounds, warmUp } from "./rounds.ts";
import { benchSchedules, formatSchedules } from "./schedule-bench.ts";
import { checkSignedCall } from "./signed-call.ts";
import { measureStages } from "./stages.ts";
import { type Series, summarize } from "./summary.ts";
import { judge } from "./targets.ts";

/** The opening of connections, and the first requests after another leg's turn, are not measured. */
const LEAD_IN_MS = 200;
/** Records still missing this long after the last turn are lost. */
const RECORDS_AT_MOST_MS = 20_000;
const RECORDS_STEP_MS = 250;
/** Of each kind of bridge call. */
const BRIDGE_CALLS = { quick: 100, whole: 500 };
const SCHEDULE_FILE = ".kivuko/bench/schedule.json";
const PROFILE_FILE = ".kivuko/bench/dispatch.cpuprofile";
const HOT_FUNCTIONS = 30;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    seconds: { type: "string", default: "3" },
    json: { type: "string", default: ".kivuko/bench/latest.json" },
    profile: { type: "boolean", default: false },
    schedule: { type: "boolean", default: false },
  },
});
const rounds: Rounds = {
  count: Number(options.rounds ?? (options.quick ? 1 : 5)),
  turn: { leadInMs: LEAD_IN_MS, measureMs: Number(options.seconds) * 1_000 },
};

if (options.schedule) {
  await measureSchedules();
} else {
  await measureDispatch();
}

async function measureDispatch(): Promise<void> {
  const machine = describeMachine();
  const bench = await startBench({ inspect: options.profile });
  try {
    if (options.profile) {
      await profile(bench);
    } else {
      await measure(bench, machine);
    }
  } finally {
    await bench.stop();
  }
}

async function measureSchedules(): Promise<void> {
  const report = await benchSchedules(options.quick);
  console.log(formatSchedules(report));
  await save(SCHEDULE_FILE, JSON.stringify(report, null, 2));
  if (report.rushes.some(({ lost, doubled }) => lost + doubled > 0)) {
    process.exitCode = 1;
  }
}

async function measure(bench: Bench, machine: Machine): Promise<void> {
  const startedAt = new Date().toISOString();
  for (const leg of bench.legs) {
    await warmUp(bench, leg);
    if (leg === bench.kivuko.leg) {
      const { lastCall } = (await bench.plugin.ask("report")) as PluginReport;
      checkSignedCall(lastCall, bench.kivuko.pluginSecret);
    }
  }
  const storedBefore = await bench.kivuko.countRecords();
  const turns = await runRounds(bench, bench.legs, rounds);
  const records = await awaitRecords(bench, storedBefore, turns);
  const series = summarize(turns);
  const stages = await measureStages(bench.kivuko.leg);
  const bridge = await compareBridge(bench);
  const { turns: chatTurns, ...gateway } = await measureGateway(bench, rounds, options.quick);
  const report: Report = {
    startedAt,
    machine,
    rounds: rounds.count,
    secondsPerTurn: rounds.turn.measureMs / 1_000,
    series: [...series, ...gateway.series],
    targets: [...judge(series), ...gateway.targets],
    stages,
    bridge,
    gateway: { rush: gateway.rush, longChat: gateway.longChat },
    records,
  };
  console.log(formatReport(report));
  const allTurns = [...turns, ...chatTurns];
  await save(options.json, JSON.stringify({ ...report, turns: allTurns }, null, 2));

  const failures = allTurns.flatMap(({ title, turns }) =>
    turns.flatMap(({ firstFailure }) => (firstFailure === undefined ? [] : [`${title}: ${firstFailure}`])),
  );
  if (records.stored !== records.calls) {
    failures.push(`${records.calls} calls left ${records.stored} records`);
  }
  const { lost, extra } = gateway.rush;
  if (lost + extra > 0) {
    failures.push(`of the chats at once ${lost} got no reply, and ${extra} replies were too many`);
  }
  if (failures.length > 0) {
    console.error(failures.join("\n"));
    process.exitCode = 1;
  }
}

async function compareBridge({ kivuko, pluginOrigin }: Bench): Promise<Report["bridge"]> {
  console.error("bridge calls");
  const counting = await startKivuko(pluginOrigin, { inspect: false, wrapEntry: countingEntry });
  try {
    return await measureBridge(kivuko, counting, options.quick ? BRIDGE_CALLS.quick : BRIDGE_CALLS.whole);
  } finally {
    await counting.stop();
  }
}

async function profile(bench: Bench): Promise<void> {
  const { kivuko } = bench;
  const connections = Math.max(...CONNECTIONS);
  await warmUp(bench, kivuko.leg);
  const sampled = await profileWorker(await kivuko.inspectorUrl(), () =>
    measureTurn(bench, kivuko.leg, connections, rounds.turn),
  );
  console.log(formatHotFunctions(hottestFunctions(sampled, await readWorkerSourceMap(), HOT_FUNCTIONS)));
  await save(PROFILE_FILE, JSON.stringify(sampled));
  console.log(`The whole profile is in ${PROFILE_FILE}.`);
}

/** The queue delivers what it gathered at the end a good second later; then every call must have left its record. */
async function awaitRecords(
  { kivuko }: Bench,
  storedBefore: number,
  series: readonly Series[],
): Promise<Report["records"]> {
  const calls = series
    .filter(({ id }) => id === kivuko.leg.id)
    .flatMap(({ turns }) => turns)
    .reduce((sum, turn) => sum + turn.answers, 0);
  let stored = 0;
  for (let waited = 0; stored < calls && waited < RECORDS_AT_MOST_MS; waited += RECORDS_STEP_MS) {
    await pause(RECORDS_STEP_MS);
    stored = (await kivuko.countRecords()) - storedBefore;
  }
  return { calls, stored };
}

async function save(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${text}\n`);
}
