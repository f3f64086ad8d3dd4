import { and, desc, eq, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { receipt } from "../../db/schema/index.ts";
import { type Page, type PageInput, toPage } from "../../kernel/page.ts";
import { presentReceipt } from "./present.ts";
import { findReceipt } from "./receipt-row.ts";
import type { Receipt } from "./schemas.ts";

/** The organisation's receipts, newest first; of one payment when it is named. */
export async function listReceipts({
  ctx,
  input: { paymentId, limit, cursor },
}: {
  ctx: Ctx;
  input: PageInput & { paymentId?: string | undefined };
}): Promise<Page<Receipt>> {
  const organizationId = requirePermission(ctx, "payments:read");
  const rows = await ctx.db
    .select()
    .from(receipt)
    .where(
      and(
        eq(receipt.organizationId, organizationId),
        paymentId === undefined ? undefined : eq(receipt.paymentId, paymentId),
        cursor === undefined ? undefined : lt(receipt.id, cursor),
      ),
    )
    .orderBy(desc(receipt.id))
    .limit(limit + 1);
  return toPage(rows, limit, presentReceipt);
}

/** One receipt. Throws `receipt_not_found`. */
export async function getReceipt({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<Receipt> {
  const organizationId = requirePermission(ctx, "payments:read");
  return presentReceipt(await findReceipt(ctx, organizationId, id));
}
