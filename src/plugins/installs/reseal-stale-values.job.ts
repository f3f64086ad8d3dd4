import type { Ctx } from "../../access/context.ts";
import { resealValues } from "./reseal-values.ts";

/** Each hour: values that an older master key sealed are sealed again; the log says how many were left. */
export async function resealStaleValues(ctx: Ctx): Promise<void> {
  const found = await resealValues({ ctx });
  if (found > 0) {
    ctx.log.info("values_resealed", { rows: found });
  }
}
