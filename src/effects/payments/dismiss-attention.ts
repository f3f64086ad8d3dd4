import { and, eq, isNotNull } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { payment } from "../../db/schema/index.ts";
import { findPaymentFor } from "./find-payment.ts";

/** A person has looked at what was raised. What was said stays in the history. Throws `payment_not_found`. */
export async function dismissAttention({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<void> {
  const organizationId = requirePermission(ctx, "refunds:decide");
  const { attention } = await findPaymentFor(ctx, organizationId, id);
  const now = ctx.clock.now();
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "payment.attention_dismissed",
      subjectType: "payment",
      subjectId: id,
      detail: { attention },
    },
    [
      ctx.db
        .update(payment)
        .set({ attention: null, updatedAt: now })
        .where(and(eq(payment.id, id), isNotNull(payment.attention))),
    ],
  );
}
