import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { payment } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import type { PaymentRow } from "./payment-row.ts";

/**
 * The payment, for verbs that have checked their permission. Throws `payment_not_found` for another organisation's,
 * and for one that `mayTouch` says no to: what a plugin has no business with is not there for it.
 */
export async function findPaymentFor(
  { db }: Pick<Ctx, "db">,
  organizationId: string,
  id: string,
  mayTouch: (installationId: string | null) => boolean = () => true,
): Promise<PaymentRow> {
  const row = await db
    .select()
    .from(payment)
    .where(and(eq(payment.id, id), eq(payment.organizationId, organizationId)))
    .get();
  if (row === undefined || !mayTouch(row.installationId)) {
    throw notFound("payment", id);
  }
  return row;
}
