import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { checkPayment } from "./check-payment.ts";
import { findPaymentFor } from "./find-payment.ts";
import { presentStaffPayment } from "./present.ts";
import type { StaffPayment } from "./schemas.ts";

/** Asks the provider now, for a person who does not want to wait. A settled payment stays as it is. */
export async function recheckPayment({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<StaffPayment> {
  const organizationId = requirePermission(ctx, "payments:refund");
  await findPaymentFor(ctx, organizationId, id);
  await checkPayment({ ctx, input: { organizationId, id, isForced: true } });
  return presentStaffPayment(ctx, await findPaymentFor(ctx, organizationId, id));
}
