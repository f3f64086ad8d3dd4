import { and, desc, eq, lt, ne, or, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { catalogItem } from "../../db/schema/index.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { type Page, toPage } from "../../kernel/page.ts";
import { requireInstallation } from "./catalog-settings.ts";
import { likePart } from "./like-part.ts";
import type { ItemRow } from "./order-row.ts";
import { presentStaffItem } from "./present.ts";
import type { ImportItems, ItemsQuery, StaffCatalogItem } from "./schemas.ts";

/** The organisation's items that fit every filter given, newest first. */
export async function listItems({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: ItemsQuery;
}): Promise<Page<StaffCatalogItem>> {
  const organizationId = requirePermission(ctx, "catalog:read");
  const { installationId, state, q, cursor, limit } = input;
  const part = q === undefined ? undefined : likePart(q);
  const rows = await ctx.db
    .select()
    .from(catalogItem)
    .where(
      and(
        eq(catalogItem.organizationId, organizationId),
        installationId === undefined ? undefined : eq(catalogItem.installationId, installationId),
        state && eq(catalogItem.state, state),
        part === undefined
          ? undefined
          : or(
              sql`${catalogItem.name} like ${part} escape '\\'`,
              sql`${catalogItem.sku} like ${part} escape '\\'`,
            ),
        cursor === undefined ? undefined : lt(catalogItem.id, cursor),
      ),
    )
    .orderBy(desc(catalogItem.id))
    .limit(limit + 1);
  return toPage(rows, limit, presentStaffItem);
}

/**
 * Takes an item into the shop, also one that staff retired. Throws `catalog_item_not_found`, and
 * `catalog_item_withdrawn` (409) for one that its plugin offers no longer.
 */
export async function importItem({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<StaffCatalogItem> {
  const organizationId = requirePermission(ctx, "catalog:write");
  const now = ctx.clock.now();
  await changeItem(ctx, organizationId, id, {
    action: "catalog_item.imported",
    change: { state: "imported", retiredBy: null, importedAt: now, updatedAt: now },
    where: sql`${catalogItem.state} = 'offered' or ${catalogItem.retiredBy} = 'staff'`,
  });
  const row = await findItem(ctx, organizationId, id);
  if (row.state !== "imported") {
    throw new AppError(
      "conflict",
      "catalog_item_withdrawn",
      "The plugin does not offer this item any more.",
      {
        hint: "It comes back when the plugin offers it again.",
      },
    );
  }
  return presentStaffItem(row);
}

/** Takes an item out of the shop until staff import it again. Orders of it stay. Throws `catalog_item_not_found`. */
export async function retireItem({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<StaffCatalogItem> {
  const organizationId = requirePermission(ctx, "catalog:write");
  await changeItem(ctx, organizationId, id, {
    action: "catalog_item.retired",
    change: { state: "retired", retiredBy: "staff", updatedAt: ctx.clock.now() },
    where: ne(catalogItem.state, "retired"),
  });
  return presentStaffItem(await findItem(ctx, organizationId, id));
}

/** Takes in all that a plugin offers, or the named ones of it. Throws `installation_not_found`. */
export async function importItems({
  ctx,
  input: { installationId, itemIds },
}: {
  ctx: Ctx;
  input: ImportItems;
}): Promise<{ imported: number }> {
  const organizationId = requirePermission(ctx, "catalog:write");
  await requireInstallation(ctx, organizationId, installationId);
  const now = ctx.clock.now();
  const imported = await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "catalog.imported",
      subjectType: "installation",
      subjectId: installationId,
      detail: itemIds === undefined ? {} : { itemIds },
    },
    [
      ctx.db
        .update(catalogItem)
        .set({ state: "imported", importedAt: now, updatedAt: now })
        .where(
          and(
            eq(catalogItem.organizationId, organizationId),
            eq(catalogItem.installationId, installationId),
            eq(catalogItem.state, "offered"),
            itemIds === undefined
              ? undefined
              : sql`${catalogItem.id} in (select value from json_each(${JSON.stringify(itemIds)}))`,
          ),
        ),
    ],
  );
  return { imported };
}

type Change = {
  readonly action: string;
  readonly change: Partial<typeof catalogItem.$inferInsert>;
  readonly where: ReturnType<typeof ne>;
};

async function changeItem(
  ctx: Ctx,
  organizationId: string,
  id: string,
  { action, change, where }: Change,
): Promise<void> {
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now: ctx.clock.now(),
      action,
      subjectType: "catalog_item",
      subjectId: id,
    },
    [
      ctx.db
        .update(catalogItem)
        .set(change)
        .where(and(eq(catalogItem.id, id), eq(catalogItem.organizationId, organizationId), where)),
    ],
  );
}

async function findItem({ db }: Pick<Ctx, "db">, organizationId: string, id: string): Promise<ItemRow> {
  const row = await db
    .select()
    .from(catalogItem)
    .where(and(eq(catalogItem.id, id), eq(catalogItem.organizationId, organizationId)))
    .get();
  if (row === undefined) {
    throw notFound("catalog_item", id);
  }
  return row;
}
