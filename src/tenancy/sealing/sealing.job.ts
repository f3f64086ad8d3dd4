import type { Ctx } from "../../access/context.ts";
import { reportKeys } from "./report-keys.ts";
import { resealValues } from "./reseal-values.ts";
import type { SealedColumn } from "./sealed-column.ts";

type Job = (ctx: Ctx) => Promise<void>;

/** Each minute: some of what an older master key sealed is sealed again. Asks nothing while the ring has one key. */
export function resealWithNewestKey(columns: readonly SealedColumn[]): Job {
  return async (ctx) => {
    const values = await resealValues({ ctx, input: { columns } });
    if (values > 0) {
      ctx.log.info("values_resealed", { values });
    }
  };
}

/** Each hour: what the older master keys are still needed for. */
export function reportMasterKeys(columns: readonly SealedColumn[]): Job {
  return async (ctx) => {
    await reportKeys({ ctx, input: { columns } });
  };
}
