import { and, eq } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import type { Manifest } from "../../contract/manifest.ts";
import { installation, plugin, pluginVersion } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";

const columns = {
  id: installation.id,
  organizationId: installation.organizationId,
  pluginId: installation.pluginId,
  pluginVersionId: installation.pluginVersionId,
  slug: plugin.slug,
  kind: plugin.kind,
  mode: installation.mode,
  status: installation.status,
  configSealed: installation.configSealed,
  manifest: pluginVersion.manifest,
  contentHash: pluginVersion.contentHash,
  version: pluginVersion.version,
  sourceUrl: pluginVersion.sourceUrl,
  createdAt: installation.createdAt,
  updatedAt: installation.updatedAt,
  uninstalledAt: installation.uninstalledAt,
};

/** Installations with their plugin and version, for queries to narrow down. */
export function selectInstallations(db: CtxBase["db"]) {
  return db
    .select(columns)
    .from(installation)
    .innerJoin(plugin, eq(plugin.id, installation.pluginId))
    .innerJoin(pluginVersion, eq(pluginVersion.id, installation.pluginVersionId));
}

export type InstallationRow = Awaited<ReturnType<typeof findInstallation>>;

/** The organisation's installation. Throws `installation_not_found` for any other. Not a permission check. */
export async function findInstallation({
  db,
  organizationId,
  id,
}: {
  db: CtxBase["db"];
  organizationId: string;
  id: string;
}) {
  const row = await selectInstallations(db)
    .where(and(eq(installation.id, id), eq(installation.organizationId, organizationId)))
    .get();
  if (row === undefined) {
    throw notFound("installation", id);
  }
  return row;
}

/** The stored snapshot. It was checked before it was stored, and stored text never changes. */
export function readManifest(row: { readonly manifest: string }): Manifest {
  return JSON.parse(row.manifest) as Manifest;
}
