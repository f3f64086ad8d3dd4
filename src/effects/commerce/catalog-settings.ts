import { and, eq, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { catalogSetting, installation } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import type { CatalogSettings } from "./schemas.ts";

/** How the items of that plugin come into the shop. Throws `installation_not_found`. */
export async function getCatalogSettings({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<CatalogSettings> {
  const organizationId = requirePermission(ctx, "catalog:read");
  await requireInstallation(ctx, organizationId, id);
  return { importsItself: await importsItself(ctx, id) };
}

/** Changes it from the plugin's next sync on. Throws `installation_not_found`. */
export async function setCatalogSettings({
  ctx,
  input: { id, ...settings },
}: {
  ctx: Ctx;
  input: CatalogSettings & { id: string };
}): Promise<CatalogSettings> {
  const organizationId = requirePermission(ctx, "catalog:write");
  await requireInstallation(ctx, organizationId, id);
  const now = ctx.clock.now();
  const changes = { ...settings, updatedAt: now };
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "catalog_settings.changed",
      subjectType: "installation",
      subjectId: id,
      detail: settings,
    },
    [
      ctx.db
        .insert(catalogSetting)
        .values({ installationId: id, organizationId, ...changes })
        .onConflictDoUpdate({ target: catalogSetting.installationId, set: changes }),
    ],
  );
  return settings;
}

/** Whether what the plugin offers is imported without a person. For verbs that have checked their permission. */
export async function importsItself({ db }: Pick<Ctx, "db">, installationId: string): Promise<boolean> {
  const row = await db
    .select({ importsItself: catalogSetting.importsItself })
    .from(catalogSetting)
    .where(eq(catalogSetting.installationId, installationId))
    .get();
  return row?.importsItself ?? false;
}

/** Throws `installation_not_found` for one that is gone, and for another organisation's. */
export async function requireInstallation(
  { db }: Pick<Ctx, "db">,
  organizationId: string,
  id: string,
): Promise<void> {
  const row = await db
    .select({ id: installation.id })
    .from(installation)
    .where(
      and(
        eq(installation.id, id),
        eq(installation.organizationId, organizationId),
        ne(installation.status, "uninstalled"),
      ),
    )
    .get();
  if (row === undefined) {
    throw notFound("installation", id);
  }
}
