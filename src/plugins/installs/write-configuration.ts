import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { installation } from "../../db/schema/index.ts";
import {
  type ConfigurationValues,
  checkConfiguration,
  maskConfiguration,
  unmaskConfiguration,
} from "./configuration.ts";
import { findInstallation, readManifest } from "./find-installation.ts";
import { openConfiguration } from "./read-configuration.ts";
import { SEALED } from "./secrets.ts";
import { requireLiving } from "./set-installation-status.ts";

/** Replaces the configuration; a sensitive value that comes back masked stays as it is. Calls see it within the cache's age. */
export async function writeConfiguration({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: { id: string; configuration: ConfigurationValues };
}) {
  const organizationId = requirePermission(ctx, "plugins:configure");
  const row = requireLiving(await findInstallation({ db: ctx.db, organizationId, id: input.id }));
  const schema = readManifest(row).configurationSchema;
  const values = unmaskConfiguration(schema, input.configuration, await openConfiguration(ctx, row));
  checkConfiguration(schema, values);
  const now = ctx.clock.now();
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "installation.configured",
      subjectType: "installation",
      subjectId: row.id,
      detail: { fields: Object.keys(values) },
    },
    [
      ctx.db
        .update(installation)
        .set({ configSealed: await ctx.keyRing.seal(JSON.stringify(values), SEALED.config), updatedAt: now })
        .where(and(eq(installation.id, row.id), eq(installation.organizationId, organizationId))),
    ],
  );
  return { configuration: maskConfiguration(schema, values) };
}
