import type { Ctx } from "../../access/context.ts";
import { removeOldEvents } from "./remove-old-events.ts";

/** Every minute, a bounded number. */
export async function removeExpiredEvents(ctx: Ctx): Promise<void> {
  await removeOldEvents({ ctx });
}
