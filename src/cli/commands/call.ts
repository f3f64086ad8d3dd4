import type { ToolCallOutcome } from "../../contract/tool-call.ts";
import type { AgentTool, Api } from "../api.ts";
import { CliError, usageError } from "../cli-error.ts";
import { type CommandLine, examples, type Session } from "../command-line.ts";
import { findInstanceId } from "../find-by-name.ts";
import type { Io } from "../io.ts";
import { parseJsonObject, parseKeyValues } from "../key-values.ts";

/** Defines `kivuko call`. */
export function defineCall({ program, openSession }: CommandLine): void {
  program
    .command("call <instance> <tool> [input...]")
    .summary("call a tool as the instance's agent would")
    .description(
      "call a tool as the instance's agent would; the input is key=value words, or - for JSON on stdin",
    )
    .option("--input <json>", "the input as one JSON object")
    .option("--phone <number>", "the customer on whose behalf, in the form +254…")
    .addHelpText(
      "after",
      examples(
        'kivuko call "Support WhatsApp" SUPPORT_DESK__create_support_ticket summary="Item arrived damaged" priority=high',
        `kivuko call inst_01… SUPPORT_DESK__create_support_ticket --input '{"summary":"Item arrived damaged"}'`,
        "cat input.json | kivuko call inst_01… SUPPORT_DESK__create_support_ticket - --json",
      ),
    )
    .action(
      (
        instance: string,
        tool: string,
        words: readonly string[],
        options: { input?: string; phone?: string },
      ) => callTool({ ...openSession(), args: { instance, tool, words, ...options } }),
    );
}

type CallArgs = {
  readonly instance: string;
  readonly tool: string;
  readonly words: readonly string[];
  readonly input?: string;
  readonly phone?: string;
};

/** A refused, failed or waiting call prints the platform's answer on stdout like any other, and fails. */
async function callTool({ io, api, args }: Session & { args: CallArgs }): Promise<void> {
  const readInput = await chooseInput(io, args);
  const instanceId = await findInstanceId(api, args.instance);
  const input = await readInput(() => findTool(api, instanceId, args.tool));
  const answer = await api.callTool(instanceId, args.tool, {
    input,
    ...(args.phone !== undefined && { customer: { phone: args.phone } }),
  });
  if (io.isJson) {
    io.printJson(answer);
  } else if (answer.status === "ok") {
    io.print(JSON.stringify(answer.result, null, 2));
    io.say(io.paintErr("dim", `ok  ${answer.callId}`));
  }
  if (answer.status !== "ok") {
    throw notDone(answer);
  }
}

type ReadInput = (lookUpTool: () => Promise<AgentTool | undefined>) => Promise<Record<string, unknown>>;

/** Which of the three ways the input is given in; mistakes are found before anything is sent. */
async function chooseInput(io: Io, { words, input }: CallArgs): Promise<ReadInput> {
  if (input !== undefined && words.length > 0) {
    throw usageError("The input is given twice.", "Give either --input, or key=value words, or - for stdin.");
  }
  if (words.includes("-")) {
    if (words.length > 1) {
      throw usageError("The input is given twice.", "With - the whole input comes from stdin.");
    }
    const fromStdin = parseJsonObject(await io.readStdin(), "The input on stdin");
    return async () => fromStdin;
  }
  if (input !== undefined) {
    const fromOption = parseJsonObject(input, "--input");
    return async () => fromOption;
  }
  parseKeyValues(words, undefined);
  return async (lookUpTool) =>
    words.length === 0 ? {} : parseKeyValues(words, (await lookUpTool())?.inputSchema);
}

/** The tool with its schema; undefined when the agent does not have it, which the call itself will explain. */
async function findTool(api: Api, instanceId: string, name: string): Promise<AgentTool | undefined> {
  return (await api.listTools(instanceId)).find((tool) => tool.name === name);
}

function notDone(answer: Exclude<ToolCallOutcome, { status: "ok" }>): CliError {
  if (answer.status === "pending_approval") {
    return new CliError({
      title: "Waiting for approval",
      detail: `Nothing has been done yet: ${answer.approvalId} waits until ${answer.expiresAt}.`,
      code: "pending_approval",
      callId: answer.callId,
      hint: `Decide: kivuko approvals approve ${answer.approvalId}, or reject.`,
    });
  }
  const { callId, status, error } = answer;
  return new CliError({
    title: status === "refused" ? "Refused" : "The call failed",
    // What follows the first line is for a model: the issues in words, and what it could do instead.
    detail: error.message.split("\n", 1).join(),
    code: error.code,
    callId,
    ...(status === "refused"
      ? { gate: answer.gate, hint: answer.error.hint ?? "Ask `kivuko why` with the same instance and tool." }
      : { hint: `Mend the input, or look at the log: it has the call as ${callId}.` }),
    ...("issues" in error && error.issues && { issues: error.issues }),
  });
}
