import type { Ctx } from "../../access/context.ts";
import { findDueWork } from "./find-due-work.ts";

/** Each minute: open payments and refunds are asked about, and what follows an ended one is tried again. */
export async function enqueueDuePaymentWork(ctx: Ctx): Promise<void> {
  const sent = await findDueWork({ ctx });
  if (sent > 0) {
    ctx.log.info("payment_work_enqueued", { messages: sent });
  }
}
