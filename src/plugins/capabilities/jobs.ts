import { and, count, eq, sql } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import { pluginJob } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import { type PluginJobs, PluginLimitError } from "../in-process/index.ts";
import {
  JOB_DELAY_MAX_SECONDS,
  JOB_PAYLOAD_MAX_CHARACTERS,
  JOBS_WAITING_MAX,
  KEY_MAX_CHARACTERS,
  NAME_PATTERN,
} from "./limits.ts";
import type { Guard } from "./permission-guard.ts";

type Owner = {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly installationId: string;
};

/** Work for later: rows that the cron tick reads. */
export function createJobs(
  { db, clock }: Pick<CtxBase, "db" | "clock">,
  { organizationId, instanceId, installationId }: Owner,
  requireGranted: Guard,
): PluginJobs {
  return {
    async enqueue({ name, payload = null, delaySeconds = 0, dedupeKey }) {
      requireGranted("MANAGE_TASKS");
      const text = JSON.stringify(payload);
      if (!NAME_PATTERN.test(name) || (dedupeKey?.length ?? 0) > KEY_MAX_CHARACTERS) {
        throw new PluginLimitError(
          `A job's name is a short word, its key at most ${KEY_MAX_CHARACTERS} characters.`,
        );
      }
      if (text === undefined || text.length > JOB_PAYLOAD_MAX_CHARACTERS) {
        throw new PluginLimitError(
          `A job's payload is JSON of at most ${JOB_PAYLOAD_MAX_CHARACTERS} characters.`,
        );
      }
      const isOwn = and(
        eq(pluginJob.organizationId, organizationId),
        eq(pluginJob.installationId, installationId),
      );
      const waiting = db.select({ waiting: count() }).from(pluginJob).where(isOwn);
      const now = clock.now();
      const dueAt = now + Math.min(Math.max(delaySeconds, 0), JOB_DELAY_MAX_SECONDS) * 1_000;
      const written = await db
        .insert(pluginJob)
        .select(
          sql`select ${newId("pluginJob")}, ${organizationId}, ${instanceId}, ${installationId}, ${name}, ${text},
                     ${dedupeKey ?? null}, 0, ${dueAt}, ${now}
              where ${waiting} < ${JOBS_WAITING_MAX}`,
        )
        .onConflictDoNothing()
        .run();
      if (written.meta.changes === 0 && (await waiting).some((row) => row.waiting >= JOBS_WAITING_MAX)) {
        throw new PluginLimitError(`At most ${JOBS_WAITING_MAX} jobs of a plugin wait.`);
      }
    },
  };
}
