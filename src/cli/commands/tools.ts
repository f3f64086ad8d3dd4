import { type CommandLine, examples, type Session } from "../command-line.ts";
import { findInstanceId } from "../find-by-name.ts";
import { table } from "../output.ts";

/** Defines `kivuko tools`. */
export function defineTools({ program, openSession }: CommandLine): void {
  program
    .command("tools <instance>")
    .summary("list the tools that an instance's agent has")
    .description("list the tools that an instance's agent has")
    .addHelpText("after", examples('kivuko tools "Support WhatsApp"', "kivuko tools inst_01… --json"))
    .action((instance: string) => listTools({ ...openSession(), args: { instance } }));
}

async function listTools({ io, api, args }: Session & { args: { instance: string } }): Promise<void> {
  const tools = await api.listTools(await findInstanceId(api, args.instance));
  if (io.isJson) {
    io.printJson({ data: tools });
  } else if (tools.length === 0) {
    io.say("This instance has no tools. Grant it a plugin with `kivuko grant <instance> <plugin>`.");
  } else {
    const rows = tools.map((tool) => [tool.name, marks(tool), tool.description]);
    io.print(table(io, ["TOOL", "MARKS", "DESCRIPTION"], rows));
  }
}

function marks(tool: { readonly sensitive: boolean; readonly sideEffects: boolean }): string {
  return [tool.sensitive && "sensitive", tool.sideEffects && "side effects"].filter(Boolean).join(", ");
}
