import type { Ctx } from "../../access/context.ts";
import { runPluginJobs } from "./run-plugin-jobs.ts";

/** Each tick: what first-party plugins put off is done. */
export async function runDuePluginJobs(ctx: Ctx): Promise<void> {
  await runPluginJobs({ ctx });
}
