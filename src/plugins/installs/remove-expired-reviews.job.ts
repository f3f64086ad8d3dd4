import type { Ctx } from "../../access/context.ts";
import { removeReviews } from "./remove-reviews.ts";

/** Each tick: reviews that nobody confirmed within the hour are removed. */
export async function removeExpiredReviews(ctx: Ctx): Promise<void> {
  await removeReviews({ ctx });
}
