import { and, eq } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import { payment } from "../../db/schema/index.ts";
import { openPayerPhone } from "./payer.ts";
import type { PaymentRow } from "./payment-row.ts";

/**
 * Sends the payer the link of a payment that has one and has not been sent: once, by the payment's id. A chat that
 * cannot be reached now is logged; the next check of the payment tries again. Returns the payment as it is then.
 */
export async function sendCheckoutLink({
  ctx,
  input: { row },
}: {
  ctx: CtxBase;
  input: { row: PaymentRow };
}): Promise<PaymentRow> {
  const { id, organizationId, instanceId, checkoutUrl } = row;
  if (checkoutUrl === null || row.linkSentAt !== null || row.state !== "pending") {
    return row;
  }
  try {
    const phone = await openPayerPhone(ctx, row);
    await ctx.chats.get(ctx.chats.idFromString(row.chatObjectId)).send({
      address: { organizationId, instanceId, phone },
      message: { type: "text", text: `${row.description}\n${checkoutUrl}` },
      by: { kind: row.requestedByKind, id: row.requestedById },
      dedupeKey: `payment_link:${id}`,
      policy: { kind: "transactional" },
    });
  } catch (error) {
    ctx.log.error("payment_link_not_sent", { paymentId: id, error });
    return row;
  }
  const linkSentAt = ctx.clock.now();
  await ctx.db
    .update(payment)
    .set({ linkSentAt })
    .where(and(eq(payment.id, id), eq(payment.organizationId, organizationId)));
  return { ...row, linkSentAt };
}
