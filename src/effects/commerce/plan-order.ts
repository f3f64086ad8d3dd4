import { and, eq, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import type { PlaceOrder } from "../../contract/commerce.ts";
import { AMOUNT_MAX } from "../../contract/payments.ts";
import type { BridgePermission } from "../../contract/permissions.ts";
import { businessProfile, catalogItem, customerOrder } from "../../db/schema/index.ts";
import { utf8 } from "../../kernel/encoding.ts";
import { AppError, type Issue } from "../../kernel/errors.ts";
import { ORDER_DETAILS_MAX_BYTES } from "../payments/index.ts";
import type { ResolvedRecipient } from "../recipients.ts";
import type { ItemRow, OrderLine, OrderRow } from "./order-row.ts";
import { selectSettings, toSettings } from "./settings.ts";

/** What is ordered by whom. `orderDetails` is JSON text and travels on to the byte. */
export type OrderRequest = Omit<PlaceOrder, "recipient" | "orderDetails"> & {
  readonly instanceId: string;
  readonly recipient: ResolvedRecipient;
  readonly orderDetails: string | null;
};

/** An order that is known to be good. */
export type OrderPlan = {
  readonly organizationId: string;
  readonly request: OrderRequest;
  readonly lines: readonly OrderLine[];
  readonly amount: number;
  readonly currency: string;
  readonly orderPrefix: string;
  readonly unpaidHours: number;
  /** IANA: the day in an order's number is the merchant's. */
  readonly timeZone: string;
};

/** The same as a business profile has that says none. */
const DEFAULT_TIME_ZONE = "Africa/Nairobi";

/** Within what an idempotency key of the actor counts. */
export function keyScope({ actor }: Pick<Ctx, "actor">, organizationId: string): string {
  return actor.kind === "plugin" ? actor.id : organizationId;
}

/**
 * Whether the order may be placed: prices come from the catalogue, and nobody says one. Reads, and changes nothing.
 * An order that was placed under this key is answered as it is. Throws `order_invalid` (422) with every problem.
 */
export async function planOrder({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: OrderRequest & { readonly idempotencyKey: string | null };
}): Promise<OrderPlan | OrderRow> {
  const { idempotencyKey, ...request } = input;
  const organizationId = requireEffect(ctx, {
    control: "tools:call",
    bridge: `plugin:ecommerce:orders:create:${request.recipient.scope}` satisfies BridgePermission,
  });
  const skus = JSON.stringify(request.items.map(({ sku }) => sku));
  const [placed, settings, profiles, items] = await ctx.db.batch([
    ctx.db
      .select()
      .from(customerOrder)
      .where(
        and(
          eq(customerOrder.idempotencyScope, keyScope(ctx, organizationId)),
          eq(customerOrder.idempotencyKey, idempotencyKey ?? ""),
        ),
      ),
    selectSettings(ctx, organizationId),
    ctx.db
      .select({ timeZone: sql<string | null>`${businessProfile.profile} ->> '$.timeZone'` })
      .from(businessProfile)
      .where(eq(businessProfile.organizationId, organizationId)),
    ctx.db
      .select()
      .from(catalogItem)
      .where(
        and(
          eq(catalogItem.organizationId, organizationId),
          ctx.actor.kind === "plugin" ? eq(catalogItem.installationId, ctx.actor.id) : undefined,
          sql`${catalogItem.sku} in (select value from json_each(${skus}))`,
        ),
      ),
  ]);
  if (placed[0] !== undefined) {
    return placed[0];
  }
  const { issues, lines } = matchItems(request, items);
  const amount = lines.reduce((sum, { quantity, unitAmount }) => sum + quantity * unitAmount, 0);
  const currency = items[0]?.currency ?? "";
  // What is wrong with an item already is not in the sum.
  const sum = issues.length === 0 ? amount : null;
  issues.push(...checkWhole(request, sum, new Set(items.map((item) => item.currency))));
  if (issues.length > 0) {
    throw new AppError("invalid", "order_invalid", `The order is not possible: ${issues[0]?.message}`, {
      gate: "policy",
      issues,
    });
  }
  const timeZone = profiles[0]?.timeZone ?? DEFAULT_TIME_ZONE;
  return { organizationId, request, lines, amount, currency, timeZone, ...toSettings(settings[0]) };
}

/** The lines of the order, and what is wrong with each. */
function matchItems(
  { items }: OrderRequest,
  catalog: readonly ItemRow[],
): { issues: Issue[]; lines: readonly OrderLine[] } {
  const issues: Issue[] = [];
  const lines: OrderLine[] = [];
  const seen = new Set<string>();
  for (const [index, { sku, quantity }] of items.entries()) {
    const item = catalog.find((known) => known.sku === sku);
    const problem = seen.has(sku)
      ? { code: "item_repeated", message: `The item ${sku} is there twice; add up its quantity.` }
      : problemOf(sku, item, quantity);
    seen.add(sku);
    if (problem !== null) {
      const member = problem.code === "stock_too_low" ? "quantity" : "sku";
      issues.push({ pointer: `/items/${index}/${member}`, ...problem });
    } else if (item !== undefined) {
      lines.push({ itemId: item.id, sku, name: item.name, quantity, unitAmount: item.unitAmount });
    }
  }
  return { issues, lines };
}

function problemOf(
  sku: string,
  item: ItemRow | undefined,
  quantity: number,
): Pick<Issue, "code" | "message"> | null {
  if (item === undefined) {
    return { code: "item_unknown", message: `The catalogue has no item ${sku}; offer it by a sync.` };
  }
  if (item.state === "offered") {
    return { code: "item_not_imported", message: `The merchant has not imported the item ${sku} yet.` };
  }
  if (item.state === "retired") {
    return { code: "item_retired", message: `The item ${sku} is not sold any more.` };
  }
  if (item.stock !== null && item.stock < quantity) {
    return { code: "stock_too_low", message: `Of the item ${sku} there are ${item.stock} left.` };
  }
  return null;
}

function checkWhole(
  { orderDetails }: OrderRequest,
  amount: number | null,
  currencies: ReadonlySet<string>,
): readonly Issue[] {
  const issues: Issue[] = [];
  if (currencies.size > 1) {
    const message = `All items of an order have one currency; these have ${[...currencies].join(", ")}.`;
    issues.push({ pointer: "/items", code: "currency_differs", message });
  } else if (amount !== null && (amount < 1 || amount > AMOUNT_MAX)) {
    const message = `The items come to ${amount}, and an order has 1 to ${AMOUNT_MAX} minor units.`;
    issues.push({ pointer: "/items", code: "amount_out_of_range", message });
  }
  if (orderDetails !== null && utf8(orderDetails).length > ORDER_DETAILS_MAX_BYTES) {
    const message = `The details have more than ${ORDER_DETAILS_MAX_BYTES} bytes.`;
    issues.push({ pointer: "/orderDetails", code: "too_large", message });
  }
  return issues;
}
