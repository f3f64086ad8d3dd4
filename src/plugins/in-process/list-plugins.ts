import { and, desc, eq, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { installation, plugin, pluginVersion } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import { slugOf } from "./define-plugin.ts";
import { readGrantable } from "./grantable.ts";
import { findFirstPartyPlugin, listFirstPartyPlugins } from "./registry.ts";
import { presentFirstParty } from "./schemas.ts";

/** Every first-party plugin with its state in the organisation. */
export async function listPlugins({ ctx }: { ctx: Ctx }) {
  const organizationId = requirePermission(ctx, "plugins:read");
  const rows = await ctx.db
    .select({ id: installation.id, status: installation.status, pluginId: installation.pluginId })
    .from(installation)
    .where(
      and(
        eq(installation.organizationId, organizationId),
        eq(installation.mode, "first_party"),
        ne(installation.status, "uninstalled"),
      ),
    );
  const states = new Map(rows.map((row) => [row.pluginId, row]));
  const plugins = await listFirstPartyPlugins();
  return {
    data: plugins.map((definition) => presentFirstParty(definition, states.get(definition.id) ?? null)),
    nextCursor: null,
  };
}

/**
 * The organisation's active plugins of every kind, in the shape that the gateway's documentation fixes
 * (`GET /organizations/{organizationId}/plugins`). Another organisation's id is 404.
 */
export async function listOrganizationPlugins({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: { organizationId: string };
}) {
  const organizationId = requirePermission(ctx, "plugins:read");
  if (input.organizationId !== organizationId) {
    throw notFound("organization", input.organizationId);
  }
  const rows = await ctx.db
    .select({
      id: installation.id,
      pluginId: plugin.id,
      kind: plugin.kind,
      slug: plugin.slug,
      manifest: pluginVersion.manifest,
    })
    .from(installation)
    .innerJoin(plugin, eq(plugin.id, installation.pluginId))
    .innerJoin(pluginVersion, eq(pluginVersion.id, installation.pluginVersionId))
    .where(and(eq(installation.organizationId, organizationId), eq(installation.status, "active")))
    .orderBy(desc(installation.id));
  const data = rows.map(async (row) => {
    const manifest = await readGrantable(row);
    const definition = await findFirstPartyPlugin(row.pluginId);
    return {
      id: definition ? `first_party:${slugOf(definition)}` : row.id,
      kind: row.kind,
      slug: row.slug,
      displayName: manifest.name,
      description: manifest.description ?? "",
      toolCount: manifest.tools.length,
    };
  });
  return { data: await Promise.all(data) };
}
