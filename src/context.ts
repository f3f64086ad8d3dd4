import { type Ctx, type CtxBase, withActor } from "./access/context.ts";
import { createDb, type Db } from "./db/client.ts";
import { readAiBinding, readPlatform } from "./env.ts";
import { type Clock, systemClock } from "./kernel/clock.ts";
import type { Config } from "./kernel/config.ts";
import { newId } from "./kernel/ids.ts";
import type { KeyRing } from "./kernel/key-ring.ts";
import { createLog, type Log } from "./kernel/log.ts";

/**
 * Everything of a context but its actor, for one request, batch or tick. Reads go to the primary database: what
 * was granted, revoked or paid a moment ago must count. Database session and log are made at their first use,
 * since a warm tool call needs neither.
 */
class RequestBase implements CtxBase {
  readonly config: Config;
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly requestId: string;
  readonly #env: Env;
  readonly #execution: Pick<ExecutionContext, "waitUntil">;
  #db: Db | undefined;
  #log: Log | undefined;

  constructor(env: Env, execution: Pick<ExecutionContext, "waitUntil">, clock: Clock) {
    const { config, keyRing } = readPlatform(env);
    this.config = config;
    this.keyRing = keyRing;
    this.clock = clock;
    this.requestId = newId("request");
    this.#env = env;
    this.#execution = execution;
  }

  get db(): Db {
    this.#db ??= createDb(this.#env.DB.withSession("first-primary"));
    return this.#db;
  }

  get log(): Log {
    this.#log ??= createLog({ requestId: this.requestId });
    return this.#log;
  }

  get records() {
    return this.#env.RECORDS;
  }

  get work() {
    return this.#env.WORK;
  }

  get events() {
    return this.#env.EVENTS;
  }

  get ai() {
    return readAiBinding(this.#env);
  }

  get budgets() {
    return this.#env.BUDGETS;
  }

  get chats() {
    return this.#env.CHATS;
  }

  get assets() {
    return this.#env.ASSETS;
  }

  readonly background = (work: Promise<unknown>): void => {
    this.#execution.waitUntil(
      work.catch((error: unknown) => this.log.error("background_work_failed", { error })),
    );
  };
}

/** A context of which it is not yet known who asks. */
export function createBase(
  env: Env,
  execution: Pick<ExecutionContext, "waitUntil">,
  clock: Clock = systemClock,
): CtxBase {
  return new RequestBase(env, execution, clock);
}

/** The context of a queue batch or a cron tick: the platform acts for itself, at the time given or now. */
export function createPlatformContext(
  env: Env,
  execution: Pick<ExecutionContext, "waitUntil">,
  job: string,
  clock: Clock = systemClock,
): Ctx {
  return withActor(createBase(env, execution, clock), { kind: "platform", id: job, organizationId: null });
}
