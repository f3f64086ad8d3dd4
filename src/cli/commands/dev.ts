import { existsSync } from "node:fs";
import { parseManifest } from "../../plugins/manifest/index.ts";
import type { Api, CallRecord, Installation, NewInstallation, Review } from "../api.ts";
import { CliError, usageError } from "../cli-error.ts";
import { type CommandLine, examples, type Session } from "../command-line.ts";
import { type ConfigurationArgs, readConfiguration } from "../configuration.ts";
import { findInstanceId } from "../find-by-name.ts";
import { installReviewed, upgradeReviewed } from "../install-reviewed.ts";
import type { Io } from "../io.ts";
import { isUrl, type ManifestRevision, openManifestSource } from "../manifest-source.ts";
import { describeError, issueLine, plain } from "../output.ts";
import { createSecretFile, showSecret, withSecretIn } from "../secret-file.ts";
import { findActiveGrant } from "./grant.ts";
import { configOption } from "./install.ts";
import { followLog } from "./logs.ts";
import { invalidManifest, MANIFEST_INVALID } from "./validate.ts";

/** Defines `kivuko dev`. */
export function defineDev({ program, openSession }: CommandLine): void {
  program
    .command("dev <manifest>")
    .summary("install a manifest again at each change, and follow its calls")
    .description(
      "install a manifest (a file, or the running plugin's address), again at each change, and follow its calls",
    )
    .option("--instance <instance>", "grant it to this instance, again after each change")
    .option("--all-tools", "grant sensitive tools too")
    .addOption(configOption())
    .option("--config-file <file>", "the configuration as a JSON file")
    .option(
      "--secret-file <file>",
      "write the secret of a new installation into a new file that only you can read",
    )
    .addHelpText(
      "after",
      examples(
        'kivuko dev http://127.0.0.1:4100/manifest.json --instance "Support WhatsApp"',
        "kivuko dev manifest.json --config defaultQueue=customer-care --secret-file .plugin-secret",
      ),
    )
    .action((manifest: string, options: Omit<DevArgs, "manifest">) =>
      developPlugin({ ...openSession(), args: { manifest, ...options } }),
    );
}

type DevArgs = ConfigurationArgs & {
  readonly manifest: string;
  readonly instance?: string;
  readonly allTools?: boolean;
  readonly secretFile?: string;
};

/**
 * Runs until it is interrupted. At the start only an invalid manifest is waited for; any other failure ends the
 * command, because it wants another command line. Later every failure is told and the next change awaited.
 */
async function developPlugin({ io, api, args }: Session & { args: DevArgs }): Promise<void> {
  checkReachable(api, args);
  const stop = new AbortController();
  const signal = AbortSignal.any([io.untilInterrupted(), stop.signal]);
  const instanceId = args.instance === undefined ? undefined : await findInstanceId(api, args.instance);
  const source = await openManifestSource(args.manifest, io.cwd);
  let following: Promise<void> | undefined;
  try {
    for await (const revision of source.revisions(signal)) {
      try {
        const installation = await bringIn({ io, api, args, revision, manifestUrl: source.url });
        if (instanceId !== undefined) {
          await grantAgain({ io, api, installation, instanceId, isEveryTool: args.allTools ?? false });
        }
        following ??= followCallsOf({ io, api, installation, signal }).finally(() => stop.abort());
        // Awaited at the end; a failure before that must not count as one that nobody looks at.
        following.catch(() => undefined);
      } catch (error) {
        if (!(error instanceof CliError) || (!following && error.problem.code !== MANIFEST_INVALID)) {
          throw error;
        }
        tellFailure(io, error);
      }
    }
  } finally {
    stop.abort();
    source.close();
    await following;
  }
}

function checkReachable({ baseUrl }: Api, { manifest }: DevArgs): void {
  const { hostname } = new URL(baseUrl);
  if (!isUrl(manifest) && hostname !== "localhost" && hostname !== "[::1]" && !hostname.startsWith("127.")) {
    throw usageError(
      `${baseUrl} cannot fetch a file of this machine.`,
      "Give the public address of the manifest, or use a platform on this machine (`npm run dev`).",
    );
  }
}

type BringIn = Session & { args: DevArgs; revision: ManifestRevision; manifestUrl: string };

/** Installs this revision, or upgrades to it, or leaves an installation that is the same already. */
async function bringIn({ io, api, args, revision, manifestUrl }: BringIn): Promise<Installation> {
  if ("error" in revision) {
    throw revision.error;
  }
  const parsed = parseManifest(revision.text, { allowInsecureLoopback: true });
  if (!parsed.ok) {
    throw invalidManifest(parsed.error);
  }
  const review = await api.reviewPlugin(manifestUrl);
  const configuration = await readConfiguration(args, review.configurationSchema);
  if (!review.installed) {
    const secretFile = args.secretFile === undefined ? undefined : await createSecretFile(args.secretFile);
    const created = await installReviewed({ api, review, configuration: configuration ?? {}, secretFile });
    tellInstalled(io, review, created, secretFile?.path);
    return created;
  }
  const { installationId } = review.installed;
  if (args.secretFile !== undefined && !existsSync(args.secretFile)) {
    io.say(
      `It keeps the secret that it has. For a new one: POST /v1/installations/${installationId}/secrets.`,
    );
  }
  const present = await api.getInstallation(installationId);
  if (present.contentHash === review.contentHash && configuration === undefined) {
    tell(
      io,
      { event: "unchanged", installation: present },
      `${nameOf(present)} is installed already, just like this.`,
    );
    return present;
  }
  const upgraded = await upgradeReviewed({ api, review, installationId, configuration });
  tellWarnings(io, review);
  tell(
    io,
    { event: "upgraded", installation: upgraded, warnings: review.warnings },
    `${nameOf(upgraded)} is installed anew.`,
  );
  return upgraded;
}

/** New tools and permissions of a revision come on by the rule for new grants; what a person switched on stays on. */
async function grantAgain(
  step: Session & { installation: Installation; instanceId: string; isEveryTool: boolean },
) {
  const { io, api, installation, instanceId, isEveryTool } = step;
  const { id, tools, permissions } = installation;
  const present = await findActiveGrant(api, instanceId, id);
  const grant = await api.putGrant(instanceId, id, {
    tools: tools
      .filter(({ capability }) => capability === null)
      .filter(({ name, sensitive }) => isEveryTool || !sensitive || present?.tools.includes(name))
      .map(({ name }) => name),
    permissions: permissions
      .filter((one) => one.default || present?.permissions.includes(one.key))
      .map(({ key }) => key),
  });
  tell(
    io,
    { event: "granted", grant },
    `Granted to ${grant.instanceId}: ${grant.tools.map(plain).join(", ")}.`,
  );
}

function followCallsOf({
  io,
  api,
  installation,
  signal,
}: Session & { installation: Installation; signal: AbortSignal }) {
  const present = (call: CallRecord) => ({ event: "call", call });
  return followLog({ io, api, filter: { installationId: installation.id }, past: 0, signal, present });
}

function nameOf({ slug, version }: Installation): string {
  return `${plain(slug)} ${plain(version)}`;
}

/** One step for whoever watches: a line for people, an event for machines. */
function tell(io: Io, event: object, line: string): void {
  if (io.isJson) {
    io.printJson(event, "line");
  }
  io.say(`${io.paintErr("green", "•")} ${line}`);
}

function tellInstalled(
  io: Io,
  review: Review,
  created: NewInstallation,
  secretPath: string | undefined,
): void {
  tellWarnings(io, review);
  const installation = withSecretIn(secretPath, created);
  tell(
    io,
    { event: "installed", installation, warnings: review.warnings },
    `${nameOf(created)} is installed.`,
  );
  if (!io.isJson) {
    showSecret(io, created, secretPath);
  }
}

function tellWarnings(io: Io, { warnings }: Review): void {
  for (const warning of warnings) {
    io.say(`${io.paintErr("yellow", "warning:")} ${issueLine(warning)}`);
  }
}

function tellFailure(io: Io, error: CliError): void {
  if (io.isJson) {
    io.printJson({ event: "failed", problem: error.problem }, "line");
  }
  io.say(`${describeError(io, error)}${io.paintErr("dim", "Waiting for the next change.")}`);
}
