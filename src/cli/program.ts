/** The command line as a whole: global options, commands, and how each way of ending becomes an exit code. */
import { Command, CommanderError } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { createApi } from "./api.ts";
import { CliError, EXIT_OK, failure, usageError } from "./cli-error.ts";
import { type CommandLine, examples } from "./command-line.ts";
import { defineApprovals } from "./commands/approvals.ts";
import { defineCalendar } from "./commands/calendar.ts";
import { defineCall } from "./commands/call.ts";
import { defineChat } from "./commands/chat.ts";
import { defineDev } from "./commands/dev.ts";
import { defineGrant } from "./commands/grant.ts";
import { defineInstall } from "./commands/install.ts";
import { defineInstances } from "./commands/instances.ts";
import { defineKeys } from "./commands/keys.ts";
import { defineLogs } from "./commands/logs.ts";
import { defineTokens } from "./commands/tokens.ts";
import { defineTools } from "./commands/tools.ts";
import { defineValidate } from "./commands/validate.ts";
import { defineWhy } from "./commands/why.ts";
import { findConnection } from "./config.ts";
import { createHttpClient } from "./http-client.ts";
import { createIo, type System } from "./io.ts";
import { describeError } from "./output.ts";

const COMMANDS: readonly ((line: CommandLine) => void)[] = [
  defineValidate,
  defineInstall,
  defineGrant,
  defineTools,
  defineCall,
  defineWhy,
  defineChat,
  defineApprovals,
  defineCalendar,
  defineLogs,
  defineDev,
  defineInstances,
  defineKeys,
  defineTokens,
];

/** Runs one command line (`argv` without the program's own name) and gives its exit code: 0, 1 or 2. Never throws. */
export async function runCommandLine(argv: readonly string[], system: System): Promise<number> {
  const isJson = saysJson(argv);
  const program = defineProgram(system, isJson);
  try {
    await program.parseAsync(argv, { from: "user" });
    return EXIT_OK;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      return EXIT_OK; // --help or --version, printed already
    }
    const known = asCliError(error);
    if (isJson) {
      system.writeErr(`${JSON.stringify(known.problem)}\n`);
    } else if (!isMissingCommand(error)) {
      system.writeErr(describeError(system, known)); // a missing command has been answered by the list of them
    }
    return known.exitCode;
  }
}

/** Asked before parsing too: a command line that does not parse has its problem in JSON all the same. */
function saysJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end === -1 ? undefined : end).includes("--json");
}

function isMissingCommand(error: unknown): boolean {
  return error instanceof CommanderError && error.code === "commander.help";
}

function defineProgram(system: System, isJson: boolean): Command {
  const program = new Command("kivuko")
    .description("Review, install, grant, call and watch plugins of a Kivuko platform.")
    .option("--json", "for machines: data on stdout, a problem on stderr")
    .option("--base-url <url>", "the platform's address (else KIVUKO_BASE_URL, else .kivuko/local.json)")
    .option(
      "--token <token>",
      "an API token or gateway key (better in KIVUKO_TOKEN, where no process list shows it)",
    )
    .version(packageJson.version, "--version")
    .helpOption("--help", "say how a command is used")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: system.writeOut,
      writeErr: isJson ? () => undefined : system.writeErr,
      outputError: () => undefined,
    })
    .exitOverride()
    .addHelpText(
      "after",
      `
Exit codes: 0 done, 1 refused or failed, 2 used wrongly.
${examples(
  "kivuko validate manifest.json",
  "kivuko install http://127.0.0.1:4100/manifest.json",
  'kivuko grant "Support WhatsApp" SUPPORT_DESK',
  'kivuko call "Support WhatsApp" SUPPORT_DESK__create_support_ticket summary="Item arrived damaged"',
  "kivuko logs --follow",
)}`,
    );
  const openIo = () => createIo(system, isJson);
  const openSession = () => {
    const connection = findConnection({ flags: program.opts(), env: system.env, cwd: system.cwd });
    return { io: openIo(), api: createApi(createHttpClient(connection)) };
  };
  for (const define of COMMANDS) {
    define({ program, openIo, openSession });
  }
  for (const group of program.commands) {
    group.helpCommand(false);
  }
  return program;
}

function asCliError(error: unknown): CliError {
  if (error instanceof CliError) {
    return error;
  }
  if (error instanceof CommanderError) {
    return usageOf(error);
  }
  return failure("unexpected", `Something went wrong that should not: ${String(error)}`, {
    hint: "Please report it, with the command that you ran.",
    cause: error,
  });
}

function usageOf(error: CommanderError): CliError {
  const isAboutCommand = isMissingCommand(error) || error.code === "commander.unknownCommand";
  return usageError(
    isMissingCommand(error) ? "Which command?" : error.message.replace(/^error: /, ""),
    isAboutCommand
      ? "`kivuko --help` lists the commands."
      : "Add --help to the command to see how it is used.",
  );
}
