import type { Ctx, CtxBase } from "./access/context.ts";
import { createDb } from "./db/client.ts";
import { readPlatform } from "./env.ts";
import { systemClock } from "./kernel/clock.ts";
import { newId } from "./kernel/ids.ts";
import { createLog } from "./kernel/log.ts";

/**
 * Everything of a context but its actor. Reads go to the primary database: what was granted, revoked or paid a
 * moment ago must count.
 */
export function createBase(
  env: Env,
  execution: Pick<ExecutionContext, "waitUntil">,
  requestId = newId("request"),
): CtxBase {
  const { config, keyRing } = readPlatform(env);
  const log = createLog({ requestId });
  return {
    db: createDb(env.DB.withSession("first-primary")),
    config,
    keyRing,
    clock: systemClock,
    log,
    requestId,
    records: env.RECORDS,
    budgets: env.BUDGETS,
    chats: env.CHATS,
    background: (work) =>
      execution.waitUntil(work.catch((error: unknown) => log.error("background_work_failed", { error }))),
  };
}

/** The context of a queue batch or a cron tick: the platform acts for itself. */
export function createPlatformContext(
  env: Env,
  execution: Pick<ExecutionContext, "waitUntil">,
  job: string,
): Ctx {
  return { ...createBase(env, execution), actor: { kind: "platform", id: job, organizationId: null } };
}
