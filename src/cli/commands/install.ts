import { Option } from "commander";
import type { Api, NewInstallation, Review } from "../api.ts";
import { failure, usageError } from "../cli-error.ts";
import { type CommandLine, collect, examples, type Session } from "../command-line.ts";
import { askConfiguration, type ConfigurationArgs, readConfiguration } from "../configuration.ts";
import { installReviewed, upgradeReviewed } from "../install-reviewed.ts";
import type { Io } from "../io.ts";
import { plain } from "../output.ts";
import { showReview } from "../review.ts";
import { createSecretFile, showSecret, withSecretIn } from "../secret-file.ts";

/** Defines `kivuko install`. */
export function defineInstall({ program, openSession }: CommandLine): void {
  program
    .command("install <manifest-url>")
    .summary("review a plugin and bring it into the sandbox")
    .description(
      "bring a plugin into the sandbox: review, confirm, and its secret is shown once, alone on stdout",
    )
    .addOption(configOption())
    .option("--config-file <file>", "the configuration as a JSON file")
    .addOption(
      new Option(
        "--upgrade",
        "bring a new version of an installed plugin; grants, secret and configuration stay",
      ).conflicts("secretFile"),
    )
    .option("--secret-file <file>", "write the secret into a new file that only you can read, not to stdout")
    .option("--yes", "confirm without being asked")
    .addHelpText(
      "after",
      examples(
        "kivuko install https://plugins.example.com/support-desk/manifest.json",
        "kivuko install http://127.0.0.1:4100/manifest.json --config defaultQueue=customer-care --yes",
        "kivuko install https://plugins.example.com/support-desk/manifest.json --upgrade",
      ),
    )
    .action((manifestUrl: string, options: Omit<InstallArgs, "manifestUrl">) =>
      installPlugin({ ...openSession(), args: { manifestUrl, ...options } }),
    );
}

/** `--config`, for every command that installs. */
export function configOption(): Option {
  return new Option("--config <key=value>", "one setting of the configuration; may be given several times")
    .argParser(collect)
    .conflicts("configFile");
}

type InstallArgs = ConfigurationArgs & {
  readonly manifestUrl: string;
  readonly upgrade?: boolean;
  readonly secretFile?: string;
  readonly yes?: boolean;
};

async function installPlugin({ io, api, args }: Session & { args: InstallArgs }): Promise<void> {
  if (!args.yes && !io.isInteractive) {
    throw usageError(
      "Installing wants a confirmation, and nobody is here to be asked.",
      "Read the manifest first (`kivuko validate` lists what is odd about it), then add --yes.",
    );
  }
  const review = await api.reviewPlugin(args.manifestUrl);
  showReview(io, review);
  checkInstalled(review, args);
  const given = await readConfiguration(args, review.configurationSchema);
  const isAsking = given === undefined && io.isInteractive && !args.yes && !args.upgrade;
  const configuration = isAsking ? await askConfiguration(io, review.configurationSchema) : given;
  if (!args.yes) {
    await confirm(io, review);
  }
  if (review.installed) {
    await upgrade({ io, api, review, installationId: review.installed.installationId, configuration });
  } else {
    const secretFile = args.secretFile === undefined ? undefined : await createSecretFile(args.secretFile);
    const installation = await installReviewed({
      api,
      review,
      configuration: configuration ?? {},
      secretFile,
    });
    showNewInstallation(io, review, installation, secretFile?.path);
  }
}

function checkInstalled({ plugin, installed }: Review, { upgrade }: InstallArgs): void {
  if (installed && !upgrade) {
    throw failure(
      "already_installed",
      `${plain(plugin.slug)} ${plain(installed.version)} is installed already as ${installed.installationId}.`,
      {
        hint: "Add --upgrade to bring in this manifest in its place; grants, secret and configuration stay.",
      },
    );
  }
  if (!installed && upgrade) {
    throw failure("not_installed", `${plain(plugin.slug)} is not installed here.`, {
      hint: "Leave --upgrade away.",
    });
  }
}

async function confirm(io: Io, { plugin, installed }: Review): Promise<void> {
  const what = installed
    ? `Upgrade from ${plain(installed.version)} to ${plain(plugin.version)}`
    : "Install it in the sandbox";
  const answer = await io.ask(`${what}? [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) {
    throw failure("not_confirmed", "Nothing was installed.", {
      hint: "Run it again and answer y when it looks right.",
    });
  }
}

async function upgrade(step: {
  io: Io;
  api: Api;
  review: Review;
  installationId: string;
  configuration: object | undefined;
}): Promise<void> {
  const { io, api, review, installationId, configuration } = step;
  const installation = await upgradeReviewed({ api, review, installationId, configuration });
  if (io.isJson) {
    io.printJson({ ...installation, warnings: review.warnings });
    return;
  }
  io.say(
    `${plain(installation.slug)} is now ${plain(installation.version)}. Tools that are new stay off until granted.`,
  );
}

function showNewInstallation(
  io: Io,
  review: Review,
  installation: NewInstallation,
  path: string | undefined,
): void {
  if (io.isJson) {
    io.printJson({ ...withSecretIn(path, installation), warnings: review.warnings });
    return;
  }
  io.say(`${plain(installation.slug)} ${plain(installation.version)} is installed as ${installation.id}.`);
  showSecret(io, installation, path);
  io.say(`Nobody can use it yet: \`kivuko grant <instance> ${plain(installation.slug)}\`.`);
}
