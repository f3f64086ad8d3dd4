import type { Ctx } from "../access/context.ts";
import { removeKeys } from "./remove-keys.ts";

/** Each tick: idempotency keys whose day is over. */
export async function removeExpiredKeys(ctx: Ctx): Promise<void> {
  await removeKeys({ ctx });
}
