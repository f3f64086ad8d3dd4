/** Where a plugin's secret comes from, and which secrets are worth trying on a token. */

/** The secret as it was shown at installation (`kps_…`), alone or with the `kid` that names it. */
export type PluginSecret = string | { readonly kid: string; readonly value: string };

/** Several secrets during a rotation, none before the plugin is installed. */
type PluginSecrets = PluginSecret | readonly PluginSecret[] | undefined;

/**
 * A secret, several, or a function that looks them up for each call. The function is asked before the token is
 * checked, so both arguments are only what the caller claims: good for a look-up, for nothing else.
 */
export type PluginSecretSource =
  | PluginSecrets
  | ((kid: string | undefined, installationId: string | undefined) => PluginSecrets | Promise<PluginSecrets>);

/** `isConfigured` is false when there is no secret at all; `values` are those that may have signed under `kid`. */
export type CandidateSecrets = { readonly isConfigured: boolean; readonly values: readonly string[] };

/** The secrets to try on a token, none of them empty: an empty one is a variable that nobody has set. */
export async function candidateSecrets(
  source: PluginSecretSource,
  kid: string | undefined,
  installationId: string | undefined,
): Promise<CandidateSecrets> {
  const found = typeof source === "function" ? await source(kid, installationId) : source;
  const secrets = (found === undefined ? [] : [found].flat()).filter((secret) => secretText(secret) !== "");
  const named = secrets.filter((secret) => typeof secret === "string" || secret.kid === kid);
  return { isConfigured: secrets.length > 0, values: named.map(secretText) };
}

function secretText(secret: PluginSecret): string {
  return typeof secret === "string" ? secret : secret.value;
}
