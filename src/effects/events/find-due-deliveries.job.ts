import type { Ctx } from "../../access/context.ts";
import { findDueDeliveries } from "./find-due-deliveries.ts";

/** Every minute: events whose next try is due. */
export async function enqueueDueDeliveries(ctx: Ctx): Promise<void> {
  await findDueDeliveries({ ctx });
}
