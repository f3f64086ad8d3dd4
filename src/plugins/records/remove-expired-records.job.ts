import type { Ctx } from "../../access/context.ts";
import { removeRecords } from "./remove-records.ts";

/** Each tick: records past their time are removed. */
export async function removeExpiredRecords(ctx: Ctx): Promise<void> {
  await removeRecords({ ctx });
}
