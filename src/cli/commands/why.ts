import type { WhyAnswer } from "../api.ts";
import { CliError } from "../cli-error.ts";
import { type CommandLine, examples, type Session } from "../command-line.ts";
import { findInstanceId } from "../find-by-name.ts";
import { plain, table } from "../output.ts";

/** Defines `kivuko why`. */
export function defineWhy({ program, openSession }: CommandLine): void {
  program
    .command("why <instance> <tool>")
    .summary("say which gate would refuse a call")
    .description("say which gate would refuse a call, without making it; exit code 1 if one would")
    .addHelpText("after", examples('kivuko why "Sales WhatsApp" SUPPORT_DESK__create_support_ticket'))
    .action((instance: string, tool: string) => explainCall({ ...openSession(), args: { instance, tool } }));
}

type WhyArgs = { readonly instance: string; readonly tool: string };

async function explainCall({ io, api, args }: Session & { args: WhyArgs }): Promise<void> {
  const answer = await api.explainCall(await findInstanceId(api, args.instance), args.tool);
  if (io.isJson) {
    io.printJson(answer);
  } else {
    const rows = answer.trace.map(({ gate, passed, detail }) => [
      passed ? "passed" : "refused",
      gate,
      detail,
    ]);
    io.print(table(io, ["", "GATE", "DETAIL"], rows));
  }
  if (!answer.allowed) {
    throw wouldBeRefused(args.tool, answer);
  }
  io.say(`The call would be made: every gate lets ${plain(args.tool)} pass.`);
}

function wouldBeRefused(tool: string, { gate, code, message, hint }: WhyAnswer): CliError {
  return new CliError({
    title: "Refused",
    detail: message ?? `A call of ${tool} would be refused.`,
    code: code ?? "refused",
    ...(gate && { gate }),
    ...(hint && { hint }),
  });
}
