import type { Ctx } from "../../access/context.ts";
import { findDueSchedules } from "./find-due-schedules.ts";

/** Each minute: what is to be sent within it goes into the queue. */
export async function enqueueDueSchedules(ctx: Ctx): Promise<void> {
  await findDueSchedules({ ctx });
}
