import { Option } from "commander";
import { APPROVAL_STATES, type Verdict } from "../../contract/approvals.ts";
import type { Approval } from "../api.ts";
import { CliError } from "../cli-error.ts";
import { type CommandLine, examples, type Session } from "../command-line.ts";
import { plain, table } from "../output.ts";

/** Defines `kivuko approvals`: the calls that wait until somebody says yes. */
export function defineApprovals({ program, openSession }: CommandLine): void {
  const approvals = program.command("approvals").description("calls that wait until somebody says yes");

  approvals
    .command("list")
    .description("list what waits, or what was decided; the newest first")
    .addOption(
      new Option("--state <state>", "those in this state").choices(APPROVAL_STATES).default("pending"),
    )
    .addHelpText("after", examples("kivuko approvals list", "kivuko approvals list --state failed"))
    .action((options: { state: string }) => listApprovals({ ...openSession(), args: options }));

  approvals
    .command("approve <id>")
    .description("say yes: the call is made at once, exactly as it was asked for")
    .addHelpText("after", examples("kivuko approvals approve apr_01…"))
    .action((id: string) => decide({ ...openSession(), args: { id, verdict: "approve" } }));

  approvals
    .command("reject <id>")
    .description("say no: nothing is done, and the agent tells the customer")
    .option("--reason <text>", "why; the agent may tell the customer")
    .addHelpText("after", examples('kivuko approvals reject apr_01… --reason "The order is too old"'))
    .action((id: string, options: { reason?: string }) =>
      decide({ ...openSession(), args: { id, verdict: "reject", ...options } }),
    );
}

async function listApprovals({ io, api, args }: Session & { args: { state: string } }): Promise<void> {
  const approvals = await api.listApprovals(args.state);
  if (io.isJson) {
    io.printJson({ data: approvals });
  } else if (approvals.length === 0) {
    io.say(`No approval is ${args.state}.`);
  } else {
    const rows = approvals.map(({ id, slug, tool, expiresAt, payload }) => [
      id,
      slug,
      tool,
      expiresAt,
      payload,
    ]);
    io.print(table(io, ["ID", "PLUGIN", "TOOL", "UNTIL", "INPUT"], rows));
  }
}

type DecideArgs = { readonly id: string; readonly verdict: Verdict; readonly reason?: string };

/** An approved call that failed prints the approval on stdout like any other, and fails. */
async function decide({ io, api, args }: Session & { args: DecideArgs }): Promise<void> {
  const { id, verdict, reason } = args;
  const approval = await api.decideApproval(id, verdict, reason === undefined ? {} : { reason });
  if (io.isJson) {
    io.printJson(approval);
  } else if (approval.state === "executed") {
    io.print(plain(approval.outcome ?? "null"));
  }
  if (approval.state === "failed") {
    throw failedCall(approval);
  }
  io.say(`${plain(approval.id)} is ${approval.state}.`);
}

function failedCall({ callId, errorCode }: Approval): CliError {
  return new CliError({
    title: "The call failed",
    detail: "The call was approved, and could not be done.",
    code: errorCode ?? "plugin_failed",
    callId,
    hint: "Look at the log: it has the call under its id.",
  });
}
