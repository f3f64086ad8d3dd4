import type { CtxBase } from "../../access/context.ts";
import { randomToken } from "../../kernel/crypto.ts";
import { newId } from "../../kernel/ids.ts";

/** The purposes that sealed values are bound to; a value cannot be moved from one column to another. */
export const SEALED = {
  secret: "plugin_secret.secret",
  config: "installation.config",
  userHashKey: "installation.user_hash_key",
} as const;

/** `kid` of a token header: names the installation's secret and its version. */
export function secretKid(installationId: string, version: number): string {
  return `${installationId}.v${version}`;
}

/** A new plugin secret: the value to show once, and the row that keeps it sealed. */
export async function createSecret(
  ctx: Pick<CtxBase, "keyRing" | "clock">,
  installationId: string,
  version: number,
) {
  const value = `kps_${randomToken()}`;
  return {
    shownOnce: { kid: secretKid(installationId, version), version, value },
    row: {
      id: newId("pluginSecret"),
      installationId,
      version,
      status: "current" as const,
      secretSealed: await ctx.keyRing.seal(value, SEALED.secret),
      createdAt: ctx.clock.now(),
    },
  };
}
