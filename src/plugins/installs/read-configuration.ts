import type { Ctx, CtxBase } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { type ConfigurationValues, maskConfiguration } from "./configuration.ts";
import { findInstallation, readManifest } from "./find-installation.ts";
import { SEALED } from "./secrets.ts";

/** The installation's configuration with sensitive values masked. */
export async function readConfiguration({ ctx, input }: { ctx: Ctx; input: { id: string } }) {
  const organizationId = requirePermission(ctx, "plugins:configure");
  const row = await findInstallation({ db: ctx.db, organizationId, id: input.id });
  const values = await openConfiguration(ctx, row);
  return { configuration: maskConfiguration(readManifest(row).configurationSchema, values) };
}

/** The configuration in the clear, for the platform's own use. */
export async function openConfiguration(
  ctx: Pick<CtxBase, "keyRing">,
  row: { readonly configSealed: string | null },
): Promise<ConfigurationValues> {
  return row.configSealed === null ? {} : JSON.parse(await ctx.keyRing.open(row.configSealed, SEALED.config));
}
