import { and, eq, sql } from "drizzle-orm";
import type { PluginActor } from "../../access/actor.ts";
import type { Ctx } from "../../access/context.ts";
import { installation, instanceGrant, plugin, pluginVersion } from "../../db/schema/index.ts";

type Pair = {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly installationId: string;
};

/**
 * The plugin as it may act on the number now, read from the primary database: what was revoked a moment ago counts.
 * Undefined when it is not active or not granted there.
 */
export async function findPlugin(
  { db }: Pick<Ctx, "db">,
  { organizationId, instanceId, installationId }: Pair,
): Promise<PluginActor | undefined> {
  const row = await db
    .select({
      slug: plugin.slug,
      granted: instanceGrant.permissions,
      declared: sql<
        string | null
      >`(select json_group_array(value ->> '$.key') from json_each(${pluginVersion.manifest}, '$.permissions'))`,
    })
    .from(instanceGrant)
    .innerJoin(installation, eq(installation.id, instanceGrant.installationId))
    .innerJoin(plugin, eq(plugin.id, installation.pluginId))
    .innerJoin(pluginVersion, eq(pluginVersion.id, installation.pluginVersionId))
    .where(
      and(
        eq(instanceGrant.organizationId, organizationId),
        eq(instanceGrant.instanceId, instanceId),
        eq(instanceGrant.installationId, installationId),
        eq(instanceGrant.status, "active"),
        eq(installation.status, "active"),
      ),
    )
    .get();
  if (row === undefined) {
    return undefined;
  }
  const declared = new Set(JSON.parse(row.declared ?? "[]") as string[]);
  return {
    kind: "plugin",
    id: installationId,
    organizationId,
    instanceId,
    slug: row.slug,
    permissions: new Set(row.granted.filter((key) => declared.has(key))),
  };
}
