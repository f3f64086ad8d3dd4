import type { AiBinding } from "../contract/ai-binding.ts";
import type { BudgetNamespace } from "../contract/budget.ts";
import type { ChatNamespace } from "../contract/chat.ts";
import type { EventMessage } from "../contract/events.ts";
import type { RecordMessage } from "../contract/records.ts";
import type { WorkMessage } from "../contract/work.ts";
import type { Db } from "../db/client.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Config } from "../kernel/config.ts";
import type { KeyRing } from "../kernel/key-ring.ts";
import type { Log } from "../kernel/log.ts";
import type { Actor } from "./actor.ts";

/** What a verb gets besides its input. Built by `src/context.ts` for each request, message or tick. */
export type Ctx<A extends Actor = Actor> = {
  readonly actor: A;
  readonly db: Db;
  readonly config: Config;
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly log: Log;
  readonly requestId: string;
  /** The queue of tool-call records. */
  readonly records: Queue<RecordMessage>;
  /** The queue of what is to be done soon; each message is findable again from a row. */
  readonly work: Queue<WorkMessage>;
  /** The queue of events that are due to be told. */
  readonly events: Queue<EventMessage>;
  /** Workers AI; null where the deployment has none. */
  readonly ai: AiBinding | null;
  /** Counters of rate limits; an object is made only when a limit is set. */
  readonly budgets: BudgetNamespace;
  /** The conversations, one object for each customer of an instance. */
  readonly chats: ChatNamespace;
  /** Files that are deployed beside the Worker. */
  readonly assets: Pick<Fetcher, "fetch">;
  /** Keeps the isolate alive for work after the answer; a rejection is logged, never lost silently. */
  readonly background: (work: Promise<unknown>) => void;
};

/** A context before it is known who asks. */
export type CtxBase = Omit<Ctx, "actor">;

/**
 * The context of an actor: the base itself, which belongs to one request and so to one actor. A copy would make
 * what is made on demand.
 */
export function withActor<A extends Actor>(base: CtxBase, actor: A): Ctx<A> {
  return Object.assign(base, { actor });
}

/** The same for somebody else, as a copy: what goes on in the given context goes on as its own actor. */
export function copyWithActor<A extends Actor>(ctx: CtxBase, actor: A): Ctx<A> {
  return {
    actor,
    db: ctx.db,
    config: ctx.config,
    keyRing: ctx.keyRing,
    clock: ctx.clock,
    log: ctx.log,
    requestId: ctx.requestId,
    records: ctx.records,
    work: ctx.work,
    events: ctx.events,
    assets: ctx.assets,
    ai: ctx.ai,
    budgets: ctx.budgets,
    chats: ctx.chats,
    background: ctx.background,
  };
}

/** A context whose actor belongs to an organisation. */
export type OrgActor = Exclude<Actor, { kind: "platform" }>;
export type OrgCtx = Ctx<OrgActor>;
