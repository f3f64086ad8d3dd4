import { Option } from "commander";
import { CALL_STATUSES } from "../../contract/record-words.ts";
import { type Api, type CallFilter, type CallRecord, MAX_PAGE_LENGTH } from "../api.ts";
import { type CommandLine, examples, type Session, wholeNumber } from "../command-line.ts";
import { findInstallation, findInstanceId } from "../find-by-name.ts";
import { followCalls } from "../follow-calls.ts";
import type { Io } from "../io.ts";
import { plain } from "../output.ts";
import { wait } from "../wait.ts";

/** Rows of the past that are shown: about a screen. */
const DEFAULT_ROWS = 20;

/** Defines `kivuko logs`. */
export function defineLogs({ program, openSession }: CommandLine): void {
  program
    .command("logs")
    .summary("show or follow the tool calls and refusals")
    .description("show the tool calls and refusals, newest last; input and output are in --json")
    .option("--instance <instance>", "of this instance only")
    .option("--plugin <plugin>", "of this plugin only")
    .addOption(new Option("--status <status>", "that ended so only").choices(CALL_STATUSES))
    .option("--limit <rows>", "how many rows of the past", wholeNumber(1, MAX_PAGE_LENGTH), DEFAULT_ROWS)
    .option("--follow", "stay and show each call as it is recorded, until Ctrl-C")
    .addHelpText(
      "after",
      examples(
        "kivuko logs --follow",
        'kivuko logs --instance "Sales WhatsApp" --status refused',
        "kivuko logs --follow --json | jq -c '{tool, status, gate}'",
      ),
    )
    .action((args: LogsArgs) => showLogs({ ...openSession(), args }));
}

type LogsArgs = {
  readonly instance?: string;
  readonly plugin?: string;
  readonly status?: string;
  readonly limit: number;
  readonly follow?: boolean;
};

async function showLogs({ io, api, args }: Session & { args: LogsArgs }): Promise<void> {
  const filter = await findFilter(api, args);
  if (args.follow) {
    await followLog({ io, api, filter, past: args.limit, signal: io.untilInterrupted() });
    return;
  }
  const page = await api.listCalls({ ...filter, limit: args.limit });
  if (io.isJson) {
    io.printJson(page);
  } else if (page.data.length === 0) {
    io.say("The log has no such calls. A new call is recorded within a few seconds.");
  } else {
    for (const row of page.data.toReversed()) {
      io.print(logLine(io, row));
    }
  }
}

async function findFilter(api: Api, { instance, plugin, status }: LogsArgs): Promise<CallFilter> {
  return {
    instanceId: instance === undefined ? undefined : await findInstanceId(api, instance),
    installationId: plugin === undefined ? undefined : (await findInstallation(api, plugin)).id,
    status,
  };
}

export type FollowLogArgs = {
  readonly filter: CallFilter;
  /** Rows of the past that come first. */
  readonly past: number;
  readonly signal: AbortSignal;
  /** What a row is with `--json`, if not itself. */
  readonly present?: (row: CallRecord) => unknown;
};

/** Prints rows as they come, one JSON value per line with `--json`, until the signal aborts. */
export async function followLog(step: Session & FollowLogArgs): Promise<void> {
  const { io, api, filter, past, signal, present = (row) => row } = step;
  io.say(io.paintErr("dim", "Following the log; Ctrl-C ends it."));
  const onConnection = (state: "lost" | "back") =>
    io.say(state === "lost" ? `${api.baseUrl} does not answer; waiting for it.` : `${api.baseUrl} is back.`);
  for await (const row of followCalls({ api, filter, past, signal, onConnection, wait })) {
    if (io.isJson) {
      io.printJson(present(row), "line");
    } else {
      io.print(logLine(io, row));
    }
  }
}

const STATUS_COLUMNS = 10;
const LATENCY_COLUMNS = 9;
const COLOUR_OF_STATUS = {
  ok: "green",
  error: "red",
  refused: "yellow",
  pending_approval: "cyan",
  connection_required: "cyan",
} as const;

/** `2026-11-20T09:12:33Z  refused  2 ms  SUPPORT_DESK create_support_ticket  instance_grant  inst_…  call_…` */
function logLine(io: Io, row: CallRecord): string {
  const reason = [row.gate, row.errorCode].filter(Boolean).join("/");
  return [
    io.paintOut("dim", row.createdAt.replace(/\.\d+Z$/, "Z")),
    io.paintOut(COLOUR_OF_STATUS[row.status], row.status.padEnd(STATUS_COLUMNS)),
    `${row.latencyMs} ms`.padStart(LATENCY_COLUMNS),
    [row.plugin, row.tool]
      .filter(Boolean)
      .map((part) => plain(part ?? ""))
      .join(" "),
    reason,
    io.paintOut("dim", `${row.instanceId}  ${row.id}`),
  ]
    .filter(Boolean)
    .join("  ");
}
