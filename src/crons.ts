/** Cron expression -> jobs. A job finds what is due and does little; one that fails does not stop the others. */
import type { Ctx } from "./access/context.ts";
import { removeExpiredKeys } from "./bridge/remove-expired-keys.job.ts";
import { createPlatformContext } from "./context.ts";
import { keepOrders } from "./effects/commerce/commerce.job.ts";
import { enqueueDueDeliveries } from "./effects/events/find-due-deliveries.job.ts";
import { removeExpiredEvents } from "./effects/events/remove-old-events.job.ts";
import {
  enqueueDueObligations,
  forgetOldObligations,
  keepAllPolls,
} from "./effects/obligations/obligations.job.ts";
import { enqueueDuePaymentWork } from "./effects/payments/find-due-work.job.ts";
import { enqueueDueSchedules } from "./effects/schedule/find-due-schedules.job.ts";
import { forgetOldSchedules } from "./effects/schedule/remove-old-schedules.job.ts";
import { settleApprovals } from "./plugins/approvals/settle-approvals.job.ts";
import { runDuePluginJobs } from "./plugins/dispatch/run-due-plugin-jobs.job.ts";
import { destroyExpiredSecrets } from "./plugins/installs/destroy-expired-secrets.job.ts";
import { removeExpiredReviews } from "./plugins/installs/remove-expired-reviews.job.ts";
import { removeExpiredRecords } from "./plugins/records/remove-expired-records.job.ts";
import { SEALED_COLUMNS } from "./sealed-columns.ts";
import { reportMasterKeys, resealWithNewestKey } from "./tenancy/sealing/sealing.job.ts";

/** Which jobs each tick runs. */
export const JOBS: Readonly<Record<string, readonly ((ctx: Ctx) => Promise<void>)[]>> = {
  "* * * * *": [
    destroyExpiredSecrets,
    removeExpiredReviews,
    removeExpiredRecords,
    removeExpiredKeys,
    enqueueDuePaymentWork,
    keepOrders,
    enqueueDueSchedules,
    forgetOldSchedules,
    enqueueDueDeliveries,
    removeExpiredEvents,
    enqueueDueObligations,
    forgetOldObligations,
    runDuePluginJobs,
    settleApprovals,
    resealWithNewestKey(SEALED_COLUMNS),
  ],
  // Reads much at once, so not every minute.
  "7 * * * *": [keepAllPolls, reportMasterKeys(SEALED_COLUMNS)],
};

/** Runs every job of a tick side by side. Throws after all have ended if any failed, so that the tick shows red. */
export async function runCron(
  event: ScheduledController,
  env: Env,
  execution: Pick<ExecutionContext, "waitUntil">,
): Promise<void> {
  const ctx = createPlatformContext(env, execution, `cron:${event.cron}`, { now: () => event.scheduledTime });
  const jobs = JOBS[event.cron];
  if (jobs === undefined) {
    throw new Error(`No jobs for the cron expression "${event.cron}".`);
  }
  const outcomes = await Promise.allSettled(jobs.map((job) => job(ctx)));
  const failures = outcomes.filter((outcome) => outcome.status === "rejected");
  for (const { reason } of failures) {
    ctx.log.error("cron_job_failed", { cron: event.cron, error: reason });
  }
  if (failures.length > 0) {
    throw new Error(`${failures.length} of ${jobs.length} cron jobs failed.`);
  }
}
