import { and, asc, eq, lte } from "drizzle-orm";
import type { Ctx, CtxBase } from "../../access/context.ts";
import { PLUGIN_JOB_QUEUE, type PluginJobLetter } from "../../contract/plugin-job.ts";
import { deadLetter, pluginJob } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import { loadCatalog } from "../catalog/index.ts";
import {
  JOB_BACKOFF_MS,
  JOB_LEASE_MS,
  JOB_TIMEOUT_MS,
  JOB_TRIES,
  JOBS_PER_TICK,
  JOBS_SIDE_BY_SIDE,
} from "./limits.ts";
import { openPluginContext } from "./open-plugin-context.ts";
import { within } from "./within.ts";

type JobRow = typeof pluginJob.$inferSelect;

/**
 * Runs the jobs of plugins that are due, a bounded number of them. Each is claimed for a while first, so that two ticks
 * do not run it at once and a crash only delays it. What fails is tried again later, and after the last try it becomes
 * a dead letter, which people can see and put back.
 */
export async function runPluginJobs({ ctx }: { ctx: Ctx }): Promise<void> {
  const due = await ctx.db
    .select()
    .from(pluginJob)
    .where(lte(pluginJob.dueAt, ctx.clock.now()))
    .orderBy(asc(pluginJob.dueAt))
    .limit(JOBS_PER_TICK);
  const work = async () => {
    for (let job = due.shift(); job !== undefined; job = due.shift()) {
      await runJob(ctx, job);
    }
  };
  await Promise.all(Array.from({ length: JOBS_SIDE_BY_SIDE }, work));
}

async function runJob(ctx: Ctx, job: JobRow): Promise<void> {
  const tries = job.tries + 1;
  const now = ctx.clock.now();
  const claimed = await ctx.db
    .update(pluginJob)
    .set({ tries, dueAt: now + JOB_LEASE_MS })
    .where(and(eq(pluginJob.id, job.id), eq(pluginJob.dueAt, job.dueAt)))
    .run();
  if (claimed.meta.changes === 0) {
    return;
  }
  const ended = await tryOnce(ctx, job);
  if (ended === "done") {
    await ctx.db.delete(pluginJob).where(eq(pluginJob.id, job.id));
  } else if (ended === "not_granted" || tries >= JOB_TRIES) {
    await bury(ctx, job, ended === "not_granted" ? NOT_GRANTED : `It failed ${tries} times; see the log.`);
  } else {
    const dueAt = now + JOB_BACKOFF_MS * 2 ** (tries - 1);
    await ctx.db.update(pluginJob).set({ dueAt }).where(eq(pluginJob.id, job.id));
  }
}

const NOT_GRANTED = "The plugin is not active and granted MANAGE_TASKS on the number any more.";

/** Never throws for what the plugin does. */
async function tryOnce(base: CtxBase, job: JobRow): Promise<"done" | "failed" | "not_granted"> {
  const { organizationId, instanceId, installationId, name } = job;
  const { catalog } = await loadCatalog(base, instanceId);
  const installation =
    catalog?.organizationId === organizationId
      ? catalog.firstParty.find(({ id }) => id === installationId)
      : undefined;
  const plugin = installation?.firstParty;
  const mayRun =
    plugin?.permissions?.includes("MANAGE_TASKS") &&
    installation?.grant?.permissions.includes("MANAGE_TASKS");
  if (plugin === undefined || installation === undefined || !mayRun) {
    return "not_granted";
  }
  const fields = { plugin: plugin.id, job: name, jobId: job.id };
  try {
    const ended = await within(JOB_TIMEOUT_MS, async (signal) => {
      const context = await openPluginContext(base, {
        plugin,
        installation,
        tenant: { organizationId, instanceId },
        actor: { kind: "platform", id: `job:${job.id}` },
        callId: job.id,
        customerPhone: null,
        isApproved: false,
        signal,
      });
      await plugin.runJob?.(name, JSON.parse(job.payload), context);
    });
    if (!ended.timedOut) {
      return "done";
    }
    base.log.warn("plugin_job_timed_out", fields);
  } catch (error) {
    base.log.error("plugin_job_failed", { ...fields, error });
  }
  return "failed";
}

/** From the jobs to the dead letters, all or nothing. */
async function bury(ctx: Ctx, job: JobRow, reason: string): Promise<void> {
  const { organizationId, instanceId, installationId, name, payload, dedupeKey } = job;
  const body: PluginJobLetter = { organizationId, instanceId, installationId, name, payload, dedupeKey };
  const id = newId("deadLetter");
  await ctx.db.batch([
    ctx.db
      .insert(deadLetter)
      .values({
        id,
        organizationId,
        queue: PLUGIN_JOB_QUEUE,
        messageId: job.id,
        body: JSON.stringify(body),
        reason,
        createdAt: ctx.clock.now(),
      })
      .onConflictDoNothing(),
    ctx.db.delete(pluginJob).where(eq(pluginJob.id, job.id)),
  ]);
  ctx.log.error("dead_letter_kept", { id, queue: PLUGIN_JOB_QUEUE, messageId: job.id });
}
