import { type CommandLine, examples, type Session, wholeNumber } from "../command-line.ts";
import { findInstanceId } from "../find-by-name.ts";
import { plain, table } from "../output.ts";

/** Longest life that a key may be given, in days; a key without an end is the default. */
const MAX_KEY_DAYS = 365;

/** Defines `kivuko keys`: the gateway keys with which agents call tools. */
export function defineKeys({ program, openSession }: CommandLine): void {
  const keys = program.command("keys").description("gateway keys, with which an agent calls tools");

  keys
    .command("list")
    .description("list the keys; of each only its end is kept")
    .addHelpText("after", examples("kivuko keys list"))
    .action(() => listKeys(openSession()));

  keys
    .command("create <name>")
    .description("make a key; it is shown this once, alone on stdout")
    .option("--instance <instance>", "serve this instance only")
    .option("--expires-in-days <days>", "end it after so many days", wholeNumber(1, MAX_KEY_DAYS))
    .addHelpText("after", examples('KEY=$(kivuko keys create "Support agent" --instance "Support WhatsApp")'))
    .action((name: string, options: Omit<CreateKeyArgs, "name">) =>
      createKey({ ...openSession(), args: { name, ...options } }),
    );

  keys
    .command("revoke <id>")
    .description("end a key; every call notices within seconds")
    .addHelpText("after", examples("kivuko keys revoke key_01…"))
    .action((id: string) => revokeKey({ ...openSession(), args: { id } }));
}

async function listKeys({ io, api }: Session): Promise<void> {
  const keys = await api.listGatewayKeys();
  if (io.isJson) {
    io.printJson({ data: keys });
  } else if (keys.length === 0) {
    io.say("There are no gateway keys. Make one with `kivuko keys create <name>`.");
  } else {
    const rows = keys.map((key) => [
      key.name,
      key.id,
      `…${key.hint}`,
      key.instanceId ?? "every instance",
      key.expiresAt ?? "never",
    ]);
    io.print(table(io, ["NAME", "ID", "KEY", "SERVES", "EXPIRES"], rows));
  }
}

type CreateKeyArgs = { name: string; instance?: string; expiresInDays?: number };

async function createKey({ io, api, args }: Session & { args: CreateKeyArgs }): Promise<void> {
  const { instance, ...rest } = args;
  const created = await api.createGatewayKey({
    ...rest,
    ...(instance !== undefined && { instanceId: await findInstanceId(api, instance) }),
  });
  if (io.isJson) {
    io.printJson(created);
    return;
  }
  io.say(`"${plain(created.name)}" (${created.id}) is made. Keep the key now: it is not shown again.`);
  io.print(created.key);
}

async function revokeKey({ io, api, args }: Session & { args: { id: string } }): Promise<void> {
  await api.revokeGatewayKey(args.id);
  io.say(`${plain(args.id)} is revoked.`);
  if (io.isJson) {
    io.printJson({ id: args.id, revoked: true });
  }
}
