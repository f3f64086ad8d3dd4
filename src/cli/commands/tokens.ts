import { type CommandLine, collect, examples, type Session, wholeNumber } from "../command-line.ts";
import { plain, table } from "../output.ts";

/** Longest life of a token, in days; see `POST /v1/api-tokens`. */
const MAX_TOKEN_DAYS = 365;

/** Defines `kivuko tokens`: the API tokens with which scripts (this command line too) manage an organisation. */
export function defineTokens({ program, openSession }: CommandLine): void {
  const tokens = program
    .command("tokens")
    .description("API tokens, with which scripts manage the organisation");

  tokens
    .command("list")
    .description("list the tokens; of each only its end is kept")
    .addHelpText("after", examples("kivuko tokens list"))
    .action(() => listTokens(openSession()));

  tokens
    .command("create <name>")
    .description("make a token; it is shown this once, alone on stdout")
    .requiredOption(
      "--scope <permission>",
      "a permission that it carries; may be given several times",
      collect,
    )
    .option(
      "--expires-in-days <days>",
      "end it after so many days (90 if not given)",
      wholeNumber(1, MAX_TOKEN_DAYS),
    )
    .addHelpText(
      "after",
      examples(
        "export KIVUKO_TOKEN=$(kivuko tokens create CI --scope plugins:read --scope plugins:install)",
        "kivuko tokens create Reader --scope instances:read --scope calls:read --expires-in-days 30",
      ),
    )
    .action((name: string, options: { scope: readonly string[]; expiresInDays?: number }) =>
      createToken({ ...openSession(), args: { name, ...options } }),
    );

  tokens
    .command("revoke <id>")
    .description("end a token; every call notices within seconds")
    .addHelpText("after", examples("kivuko tokens revoke tok_01…"))
    .action((id: string) => revokeToken({ ...openSession(), args: { id } }));
}

async function listTokens({ io, api }: Session): Promise<void> {
  const tokens = await api.listApiTokens();
  if (io.isJson) {
    io.printJson({ data: tokens });
  } else if (tokens.length === 0) {
    io.say("There are no API tokens. Make one with `kivuko tokens create <name> --scope …`.");
  } else {
    const rows = tokens.map((token) => [
      token.name,
      token.id,
      `…${token.hint}`,
      token.expiresAt ?? "never",
      token.scopes.join(" "),
    ]);
    io.print(table(io, ["NAME", "ID", "TOKEN", "EXPIRES", "SCOPES"], rows));
  }
}

type CreateTokenArgs = { name: string; scope: readonly string[]; expiresInDays?: number };

async function createToken({ io, api, args }: Session & { args: CreateTokenArgs }): Promise<void> {
  const { scope, ...rest } = args;
  const created = await api.createApiToken({ ...rest, scopes: scope });
  if (io.isJson) {
    io.printJson(created);
    return;
  }
  io.say(`"${plain(created.name)}" (${created.id}) is made. Keep the token now: it is not shown again.`);
  io.print(created.token);
}

async function revokeToken({ io, api, args }: Session & { args: { id: string } }): Promise<void> {
  await api.revokeApiToken(args.id);
  io.say(`${plain(args.id)} is revoked.`);
  if (io.isJson) {
    io.printJson({ id: args.id, revoked: true });
  }
}
