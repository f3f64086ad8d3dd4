import { type Ctx, type CtxBase, withActor } from "./access/context.ts";
import { createDb, type Db } from "./db/client.ts";
import { readPlatform } from "./env.ts";
import { type Clock, systemClock } from "./kernel/clock.ts";
import { newId } from "./kernel/ids.ts";
import { createLog, type Log } from "./kernel/log.ts";

/**
 * Everything of a context but its actor. Reads go to the primary database: what was granted, revoked or paid a
 * moment ago must count. Database session and log are made at their first use: a warm tool call needs neither.
 */
export function createBase(
  env: Env,
  execution: Pick<ExecutionContext, "waitUntil">,
  requestId = newId("request"),
): CtxBase {
  const { config, keyRing } = readPlatform(env);
  let db: Db | undefined;
  let log: Log | undefined;
  const base: CtxBase = {
    get db() {
      db ??= createDb(env.DB.withSession("first-primary"));
      return db;
    },
    get log() {
      log ??= createLog({ requestId });
      return log;
    },
    config,
    keyRing,
    clock: systemClock,
    requestId,
    records: env.RECORDS,
    budgets: env.BUDGETS,
    background: (work) =>
      execution.waitUntil(
        work.catch((error: unknown) => base.log.error("background_work_failed", { error })),
      ),
  };
  return base;
}

/** The context of a queue batch or a cron tick: the platform acts for itself, at the time given or now. */
export function createPlatformContext(
  env: Env,
  execution: Pick<ExecutionContext, "waitUntil">,
  job: string,
  clock: Clock = systemClock,
): Ctx {
  const base = Object.assign(Object.create(createBase(env, execution)) as CtxBase, { clock });
  return withActor(base, { kind: "platform", id: job, organizationId: null });
}
