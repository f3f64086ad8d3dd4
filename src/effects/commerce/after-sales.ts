import { and, desc, eq, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import { requirePermission } from "../../access/require-permission.ts";
import type { OpenAfterSales } from "../../contract/commerce.ts";
import type { BridgePermission } from "../../contract/permissions.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { afterSales } from "../../db/schema/index.ts";
import { AppError, type Issue, notFound } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { type Page, toPage } from "../../kernel/page.ts";
import { HANDED_OVER_STATES } from "./moves.ts";
import { findOrderFor, linesOf, type OrderRow } from "./order-row.ts";
import { keyScope } from "./plan-order.ts";
import { presentStaffAfterSales } from "./present.ts";
import type { AfterSalesQuery, ResolveAfterSales, StaffAfterSales } from "./schemas.ts";

export const AFTER_SALES_PERMISSIONS: readonly BridgePermission[] = [
  "plugin:ecommerce:after_sales:create:own",
  "plugin:ecommerce:after_sales:create:any",
];

type AfterSalesRow = typeof afterSales.$inferSelect;
export type AfterSalesPlan = { readonly order: OrderRow; readonly request: OpenAfterSales };

/**
 * Whether a return, an exchange or a complaint can be opened. Only what was handed over can come back; one may complain
 * of anything. Reads, and changes nothing. Throws `order_not_found`, `after_sales_too_early` (409), and
 * `after_sales_invalid` (422) for items that the order does not have.
 */
export async function planAfterSales({
  ctx,
  input: { id, ...request },
}: {
  ctx: Ctx;
  input: OpenAfterSales & { readonly id: string };
}): Promise<AfterSalesPlan> {
  const organizationId = requireEffect(ctx, { control: "orders:write", bridge: AFTER_SALES_PERMISSIONS });
  const order = await findOrderFor(ctx, organizationId, id, "plugin:ecommerce:after_sales:create:any");
  if (request.kind !== "complaint" && !HANDED_OVER_STATES.includes(order.state)) {
    throw new AppError(
      "conflict",
      "after_sales_too_early",
      `The order ${order.number} is ${order.state}: only what was handed over can come back.`,
      { gate: "policy", hint: "Open a complaint, or cancel the order." },
    );
  }
  const issues = findIssues(order, request);
  if (issues.length > 0) {
    throw new AppError("invalid", "after_sales_invalid", issues[0]?.message ?? "", {
      gate: "policy",
      issues,
    });
  }
  return { order, request };
}

function findIssues(order: OrderRow, { items = [] }: OpenAfterSales): readonly Issue[] {
  const lines = linesOf(order);
  return items.flatMap(({ sku, quantity }, index): Issue[] => {
    const ordered = lines.find((line) => line.sku === sku)?.quantity ?? 0;
    const asked = items.filter((item) => item.sku === sku).reduce((sum, item) => sum + item.quantity, 0);
    return asked <= ordered
      ? []
      : [
          {
            pointer: `/items/${index}/quantity`,
            code: "not_ordered",
            message: `Of ${sku} the order has ${ordered}, not ${Math.max(asked, quantity)}.`,
          },
        ];
  });
}

/** Opens it, once for a key. */
export async function openAfterSales({
  ctx,
  input: { plan, idempotencyKey },
}: {
  ctx: Ctx;
  input: { plan: AfterSalesPlan; idempotencyKey: string };
}): Promise<AfterSalesRow> {
  const { order, request } = plan;
  const { organizationId } = order;
  const idempotencyScope = keyScope(ctx, organizationId);
  const id = newId("afterSales");
  const now = ctx.clock.now();
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "after_sales.opened",
      subjectType: "after_sales",
      subjectId: id,
      detail: { orderId: order.id, kind: request.kind },
    },
    [
      ctx.db
        .insert(afterSales)
        .values({
          id,
          organizationId,
          orderId: order.id,
          installationId: ctx.actor.kind === "plugin" ? ctx.actor.id : null,
          kind: request.kind,
          state: "open",
          reason: request.reason,
          items: request.items === undefined ? null : JSON.stringify(request.items),
          idempotencyScope,
          idempotencyKey,
          createdAt: now,
        })
        .onConflictDoNothing(),
    ],
  );
  const row = await ctx.db
    .select()
    .from(afterSales)
    .where(
      and(eq(afterSales.idempotencyScope, idempotencyScope), eq(afterSales.idempotencyKey, idempotencyKey)),
    )
    .get();
  if (row === undefined) {
    throw new Error("An after-sales request that was written is gone.");
  }
  return row;
}

/** The organisation's after-sales requests that fit every filter given, newest first. */
export async function listAfterSales({
  ctx,
  input: { state, orderId, cursor, limit },
}: {
  ctx: Ctx;
  input: AfterSalesQuery;
}): Promise<Page<StaffAfterSales>> {
  const organizationId = requirePermission(ctx, "orders:read");
  const rows = await ctx.db
    .select()
    .from(afterSales)
    .where(
      and(
        eq(afterSales.organizationId, organizationId),
        state && eq(afterSales.state, state),
        orderId === undefined ? undefined : eq(afterSales.orderId, orderId),
        cursor === undefined ? undefined : lt(afterSales.id, cursor),
      ),
    )
    .orderBy(desc(afterSales.id))
    .limit(limit + 1);
  return toPage(rows, limit, presentStaffAfterSales);
}

/**
 * Writes down what staff decided. Money goes back by a refund, which is an act of its own. Throws
 * `after_sales_not_found`, and `after_sales_resolved` (409) when somebody decided before.
 */
export async function resolveAfterSales({
  ctx,
  input: { id, outcome, resolution },
}: {
  ctx: Ctx;
  input: ResolveAfterSales & { id: string };
}): Promise<StaffAfterSales> {
  const organizationId = requirePermission(ctx, "orders:write");
  const now = ctx.clock.now();
  const isTheirs = and(eq(afterSales.id, id), eq(afterSales.organizationId, organizationId));
  const changed = await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: `after_sales.${outcome}`,
      subjectType: "after_sales",
      subjectId: id,
    },
    [
      ctx.db
        .update(afterSales)
        .set({
          state: outcome,
          resolution,
          resolvedByKind: ctx.actor.kind,
          resolvedById: ctx.actor.id,
          resolvedAt: now,
        })
        .where(and(isTheirs, eq(afterSales.state, "open"))),
    ],
  );
  const row = await ctx.db.select().from(afterSales).where(isTheirs).get();
  if (row === undefined) {
    throw notFound("after_sales", id);
  }
  if (changed === 0) {
    throw new AppError("conflict", "after_sales_resolved", `It was ${row.state} before.`);
  }
  return presentStaffAfterSales(row);
}
