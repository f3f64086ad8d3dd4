import type { Instance } from "../api.ts";
import { type CommandLine, examples, type Session } from "../command-line.ts";
import { plain, table } from "../output.ts";

/** Defines `kivuko instances`. */
export function defineInstances({ program, openSession }: CommandLine): void {
  const instances = program.command("instances").description("WhatsApp number instances");

  instances
    .command("list")
    .description("list the organisation's instances")
    .addHelpText("after", examples("kivuko instances list", "kivuko instances list --json"))
    .action(() => listInstances(openSession()));

  instances
    .command("create <name>")
    .description("make an instance on the simulator channel")
    .option("--phone-number <number>", "its number, in the form +254…")
    .option("--system-prompt <text>", "what its agent is told first")
    .addHelpText("after", examples('kivuko instances create "Support WhatsApp"'))
    .action((name: string, options: Omit<CreateInstanceArgs, "name">) =>
      createInstance({ ...openSession(), args: { name, ...options } }),
    );
}

async function listInstances({ io, api }: Session): Promise<void> {
  const instances = await api.listInstances();
  if (io.isJson) {
    io.printJson({ data: instances.map(withoutPhoneNumber) });
  } else if (instances.length === 0) {
    io.say("There are no instances yet. Make one with `kivuko instances create <name>`.");
  } else {
    io.print(
      table(
        io,
        ["NAME", "ID", "CHANNEL"],
        instances.map(({ name, id, channel }) => [name, id, channel]),
      ),
    );
  }
}

type CreateInstanceArgs = { name: string; phoneNumber?: string; systemPrompt?: string };

async function createInstance({ io, api, args }: Session & { args: CreateInstanceArgs }): Promise<void> {
  const instance = await api.createInstance({ channel: "simulator", ...args });
  if (io.isJson) {
    io.printJson(withoutPhoneNumber(instance));
    return;
  }
  io.print(instance.id);
  io.say(
    `"${plain(instance.name)}" is made. It has no plugins yet: \`kivuko grant ${instance.id} <plugin>\`.`,
  );
}

/** Output ends in logs and chats, and a number is somebody's. */
function withoutPhoneNumber({ phoneNumber, ...instance }: Instance) {
  return { ...instance, hasPhoneNumber: phoneNumber !== null };
}
