import { and, eq, ne, sql } from "drizzle-orm";
import type { PluginActor } from "../../access/actor.ts";
import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import type { CatalogOffer, SyncedCatalog } from "../../contract/commerce.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { auditEntry, catalogItem } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import { importsItself } from "./catalog-settings.ts";

/** Whether the plugin may offer items. */
export function requireCatalogSync(ctx: Ctx): string {
  return requireEffect(ctx, { control: "catalog:write", bridge: "plugin:ecommerce:catalog:sync" });
}

/**
 * Makes the plugin's catalogue be these items: new ones are offered, known ones get what is said of them now, and those
 * that are missing are retired. What the merchant retired stays so. Repeated, it changes nothing more.
 */
export async function syncCatalog({
  ctx,
  input: { items },
}: {
  ctx: Ctx<PluginActor>;
  input: { items: readonly CatalogOffer[] };
}): Promise<SyncedCatalog> {
  const organizationId = requireCatalogSync(ctx);
  const { id: installationId } = ctx.actor;
  const isImported = await importsItself(ctx, installationId);
  const now = ctx.clock.now();
  // One JSON text instead of values: D1 takes a hundred of them in a statement.
  const rows = JSON.stringify(items.map(toRow));
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "catalog.synced",
      subjectType: "installation",
      subjectId: installationId,
      detail: { items: items.length },
    },
    [
      auditPrices(ctx, rows, now),
      ctx.db
        .update(catalogItem)
        .set({ state: "retired", retiredBy: "plugin", updatedAt: now })
        .where(
          and(
            eq(catalogItem.installationId, installationId),
            ne(catalogItem.state, "retired"),
            sql`${catalogItem.sku} not in (select value ->> '$.sku' from json_each(${rows}))`,
          ),
        ),
      upsert(ctx, { rows, organizationId, isImported, now }),
    ],
  );
  return readSynced(ctx, rows);
}

function toRow({ details, ...offer }: CatalogOffer) {
  return {
    id: newId("catalogItem"),
    auditId: newId("audit"),
    ...offer,
    details: details === undefined ? null : JSON.stringify(details),
  };
}

/** Another price counts at once, so who changed it, and from what, can be looked up. */
function auditPrices({ db, actor, requestId }: Ctx<PluginActor>, rows: string, now: number) {
  const amount = sql`value ->> '$.unitAmount'`;
  const currency = sql`value ->> '$.currency'`;
  // In the order of the table's columns.
  return db.insert(auditEntry).select(
    sql`select value ->> '$.auditId', ${catalogItem.organizationId}, ${actor.kind}, ${actor.id},
               'catalog_item.price_changed', 'catalog_item', ${catalogItem.id},
               json_object('sku', ${catalogItem.sku},
                           'before', json_object('unitAmount', ${catalogItem.unitAmount}, 'currency', ${catalogItem.currency}),
                           'after', json_object('unitAmount', ${amount}, 'currency', ${currency})),
               ${requestId}, ${now}
        from json_each(${rows})
        join ${catalogItem} on ${catalogItem.installationId} = ${actor.id} and ${catalogItem.sku} = value ->> '$.sku'
        where ${catalogItem.state} = 'imported'
          and (${catalogItem.unitAmount} <> ${amount} or ${catalogItem.currency} <> ${currency})`,
  );
}

type Offered = {
  readonly rows: string;
  readonly organizationId: string;
  readonly isImported: boolean;
  readonly now: number;
};

function upsert({ db, actor }: Ctx<PluginActor>, { rows, organizationId, isImported, now }: Offered) {
  const state = isImported ? "imported" : "offered";
  const importedAt = isImported ? now : null;
  const isKeptAway = sql`${catalogItem.retiredBy} = 'staff'`;
  const said = (column: string) => sql`excluded.${sql.identifier(column)}`;
  return (
    db
      .insert(catalogItem)
      // In the order of the table's columns. `where true` keeps SQLite from reading `on conflict` as a join.
      .select(
        sql`select value ->> '$.id', ${organizationId}, ${actor.id}, value ->> '$.sku', value ->> '$.name',
                   value ->> '$.description', value ->> '$.unitAmount', value ->> '$.currency', value ->> '$.stock',
                   value ->> '$.imageUrl', value ->> '$.details', ${state}, null, ${importedAt}, ${now}, ${now}
            from json_each(${rows}) where true`,
      )
      .onConflictDoUpdate({
        target: [catalogItem.installationId, catalogItem.sku],
        set: {
          name: said("name"),
          description: said("description"),
          unitAmount: said("unit_amount"),
          currency: said("currency"),
          stock: said("stock"),
          imageUrl: said("image_url"),
          details: said("details"),
          state: sql`case when ${isKeptAway} then 'retired'
                          when ${catalogItem.importedAt} is not null then 'imported' else ${state} end`,
          retiredBy: sql`case when ${isKeptAway} then 'staff' end`,
          importedAt: sql`case when ${isKeptAway} then ${catalogItem.importedAt}
                               else coalesce(${catalogItem.importedAt}, ${importedAt}) end`,
          updatedAt: now,
        },
      })
  );
}

async function readSynced({ db, actor }: Ctx<PluginActor>, rows: string): Promise<SyncedCatalog> {
  const isTheirs = eq(catalogItem.installationId, actor.id);
  const [counts, items] = await db.batch([
    db
      .select({ state: catalogItem.state, count: sql<number>`count(*)` })
      .from(catalogItem)
      .where(isTheirs)
      .groupBy(catalogItem.state),
    db
      .select({ id: catalogItem.id, sku: catalogItem.sku, state: catalogItem.state })
      .from(catalogItem)
      .where(and(isTheirs, sql`${catalogItem.sku} in (select value ->> '$.sku' from json_each(${rows}))`))
      .orderBy(catalogItem.sku),
  ]);
  const countOf = (state: string) => counts.find((row) => row.state === state)?.count ?? 0;
  return { offered: countOf("offered"), imported: countOf("imported"), retired: countOf("retired"), items };
}
