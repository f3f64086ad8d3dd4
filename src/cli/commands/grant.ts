import { InvalidArgumentError, Option } from "commander";
import type { Api, Grant, GrantInput, Installation } from "../api.ts";
import { usageError } from "../cli-error.ts";
import { type CommandLine, collect, examples, type Session, wholeNumber } from "../command-line.ts";
import { findInstallation, findInstanceId } from "../find-by-name.ts";
import type { Io } from "../io.ts";
import { plain } from "../output.ts";

/** See `GrantInput` of the API. */
const MAX_CALLS_PER_MINUTE = 10_000;
const NO_LIMIT = "none";

/** Defines `kivuko grant`. */
export function defineGrant({ program, openSession }: CommandLine): void {
  program
    .command("grant <instance> <plugin>")
    .summary("let an instance's agent use a plugin, or take it back")
    .description("let an instance's agent use a plugin, change what it may use, or take it back")
    .option("--tool <name>", "switch a tool on; may be given several times", collect)
    .addOption(new Option("--all-tools", "switch every tool on, the sensitive ones too").conflicts("tool"))
    .option("--permission <key>", "switch a permission on; may be given several times", collect)
    .option("--only", "switch everything off that is not named with --tool, and likewise with --permission")
    .option("--calls-per-minute <n>", "limit of each tool, or none", limitOrNone)
    .addOption(
      new Option("--revoke", "take the grant back").conflicts([
        "tool",
        "allTools",
        "permission",
        "callsPerMinute",
      ]),
    )
    .addHelpText(
      "after",
      `
Instance and plugin are ids, or names and slugs that fit one only. A new grant has what is named, or else every tool
that is not sensitive and the permissions that the plugin marks as default. In a grant that exists, what is named is
switched on too, and the rest stays as it is.
${examples(
  'kivuko grant "Support WhatsApp" SUPPORT_DESK',
  'kivuko grant "Support WhatsApp" SUPPORT_DESK --permission support:tickets:read',
  'kivuko grant "Support WhatsApp" SUPPORT_DESK --tool create_support_ticket --only',
  'kivuko grant "Support WhatsApp" SUPPORT_DESK --calls-per-minute 30',
  'kivuko grant "Support WhatsApp" SUPPORT_DESK --revoke',
)}`,
    )
    .action((instance: string, plugin: string, options: Omit<GrantArgs, "instance" | "plugin">) =>
      grantPlugin({ ...openSession(), args: { instance, plugin, ...options } }),
    );
}

type GrantArgs = {
  readonly instance: string;
  readonly plugin: string;
  readonly tool?: readonly string[];
  readonly allTools?: boolean;
  readonly permission?: readonly string[];
  readonly only?: boolean;
  readonly callsPerMinute?: number | typeof NO_LIMIT;
  readonly revoke?: boolean;
};

const parseLimit = wholeNumber(1, MAX_CALLS_PER_MINUTE);

function limitOrNone(text: string): number | typeof NO_LIMIT {
  try {
    return text === NO_LIMIT ? NO_LIMIT : parseLimit(text);
  } catch {
    throw new InvalidArgumentError(`It is a whole number from 1 to ${MAX_CALLS_PER_MINUTE}, or ${NO_LIMIT}.`);
  }
}

async function grantPlugin({ io, api, args }: Session & { args: GrantArgs }): Promise<void> {
  if (args.only && !args.tool && !args.permission) {
    throw usageError(
      "--only wants something to keep.",
      "Name it with --tool or --permission, or use --revoke.",
    );
  }
  const instanceId = await findInstanceId(api, args.instance);
  const installation = await findInstallation(api, args.plugin);
  if (args.revoke) {
    await api.revokeGrant(instanceId, installation.id);
    if (io.isJson) {
      io.printJson({ instanceId, installationId: installation.id, revoked: true });
    }
    io.say(
      `${plain(installation.slug)} is taken back from ${plain(args.instance)}; calls are refused within a few seconds.`,
    );
    return;
  }
  const isAdding = !args.only && (args.tool !== undefined || args.permission !== undefined);
  const present = isAdding ? await findActiveGrant(api, instanceId, installation.id) : undefined;
  const grant = await api.putGrant(instanceId, installation.id, grantInput(installation, args, present));
  if (io.isJson) {
    io.printJson(grant);
    return;
  }
  showGrant(io, installation, grant, args.instance);
}

/** The grant that is in force for this pair, if there is one. */
export async function findActiveGrant(
  api: Api,
  instanceId: string,
  installationId: string,
): Promise<Grant | undefined> {
  return (await api.listGrants(instanceId)).find(
    (grant) => grant.installationId === installationId && grant.status === "active",
  );
}

/** What is left out stays as it is. A selection replaces the one before, so it names what was on, too. */
function grantInput(installation: Installation, args: GrantArgs, present: Grant | undefined): GrantInput {
  const keys = installation.permissions.map(({ key }) => key);
  const names = agentTools(installation);
  const limit = args.callsPerMinute;
  // What an upgrade removed may linger in a grant, and may not be asked for again.
  const tools = args.tool && [...(present?.tools ?? []).filter((name) => names.includes(name)), ...args.tool];
  const permissions = args.permission && [
    ...(present?.permissions ?? []).filter((key) => keys.includes(key)),
    ...args.permission,
  ];
  return {
    ...((tools || args.allTools) && { tools: tools ?? names }),
    ...(permissions && { permissions }),
    ...(limit !== undefined && { callsPerMinute: limit === NO_LIMIT ? null : limit }),
  };
}

/** Tools with a capability are called by the platform, never by an agent. */
function agentTools({ tools }: Installation): readonly string[] {
  return tools.filter(({ capability }) => capability === null).map(({ name }) => name);
}

function showGrant(io: Io, installation: Installation, grant: Grant, instance: string): void {
  const toolsOff = agentTools(installation).filter((name) => !grant.tools.includes(name));
  const keysOff = installation.permissions
    .map(({ key }) => key)
    .filter((key) => !grant.permissions.includes(key));
  io.say(`${plain(instance)} may use ${plain(installation.slug)}:`);
  const lines: [string, readonly string[]][] = [
    ["tools on", grant.tools],
    ["tools off", toolsOff],
    ["permissions on", grant.permissions],
    ["permissions off", keysOff],
  ];
  for (const [label, names] of lines) {
    if (names.length > 0) {
      io.print(`${label}: ${names.map(plain).join(", ")}`);
    }
  }
  if (grant.callsPerMinute !== null) {
    io.print(`calls per minute: ${grant.callsPerMinute} for each tool`);
  }
}
