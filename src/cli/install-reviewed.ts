/** The second step of an installation: what was reviewed is confirmed, all of its permission keys seen. */
import type { Api, Installation, NewInstallation, Review } from "./api.ts";
import { CliError } from "./cli-error.ts";
import type { SecretFile } from "./secret-file.ts";

/** Installs a plugin that is new here and puts its secret where `secretFile` says, if given. */
export async function installReviewed(step: {
  readonly api: Api;
  readonly review: Review;
  readonly configuration: object;
  readonly secretFile: SecretFile | undefined;
}): Promise<NewInstallation> {
  const { api, review, configuration, secretFile } = step;
  try {
    const installation = await api.installPlugin({ ...confirmationOf(review), configuration });
    await secretFile?.write(installation.secret.value);
    return installation;
  } catch (error) {
    await secretFile?.discard();
    throw withConfigurationHint(error);
  }
}

/** Brings an installed plugin to the reviewed manifest; its configuration stays unless one is given. */
export async function upgradeReviewed(step: {
  readonly api: Api;
  readonly review: Review;
  readonly installationId: string;
  readonly configuration: object | undefined;
}): Promise<Installation> {
  const { api, review, installationId, configuration } = step;
  try {
    return await api.upgradePlugin(installationId, {
      ...confirmationOf(review),
      ...(configuration && { configuration }),
    });
  } catch (error) {
    throw withConfigurationHint(error);
  }
}

function confirmationOf({ id, permissions }: Review) {
  return { reviewId: id, permissionKeys: permissions.map(({ key }) => key) };
}

/** Says how a configuration is given when it was the configuration that did not fit. */
function withConfigurationHint(error: unknown): unknown {
  const isAboutIt =
    error instanceof CliError &&
    error.problem.issues?.some(({ pointer }) => pointer.startsWith("/configuration"));
  if (!isAboutIt) {
    return error;
  }
  const hint = "Give the settings with --config key=value, or all of them with --config-file.";
  return new CliError({ ...error.problem, hint }, { exitCode: error.exitCode, cause: error });
}
