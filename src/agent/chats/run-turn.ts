import type { OrgCtx } from "../../access/context.ts";
import { capabilitiesOf } from "../../channels/deliver.ts";
import { splitText } from "../../channels/split-text.ts";
import { loadCatalog } from "../../plugins/catalog/index.ts";
import type { InstanceRow } from "../../tenancy/instances/index.ts";
import type { runToolLoop } from "../gateway/index.ts";
import { boundHistory } from "./bound-history.ts";
import { readBackwards } from "./history.ts";
import { createLedger } from "./ledger.ts";
import { TURN_TIMEOUT_MS, TURN_TRIES } from "./limits.ts";
import { addSteps, beginTry, endTurn, postpone, type Turn } from "./turns.ts";

/** What the customer reads when the agent cannot answer: true, and with something to do. */
export const HONEST_SENTENCE =
  "Sorry, I cannot answer you just now: something is not working on our side. Please write again in a few minutes.";

/** How a model and its tools turn a conversation into a reply. */
export type Think = typeof runToolLoop;

type TurnInput = {
  readonly storage: DurableObjectStorage;
  readonly instance: InstanceRow;
  /** E.164. */
  readonly phone: string;
  readonly turn: Turn;
  readonly think: Think;
};

/**
 * One try of a turn: history, model and tools, reply into the outbox. Can be repeated: rounds that ended are in the
 * history, side effects are answered from the turn's ledger, and the reply is written once. After the last failed try the customer gets an honest sentence.
 * Never throws for what a model or a plugin does.
 */
export async function runTurn({ ctx, input }: { ctx: OrgCtx; input: TurnInput }): Promise<void> {
  const { storage, instance, turn } = input;
  const attempt = beginTry(storage.sql, turn);
  const answered = attempt > TURN_TRIES ? null : await answerOnce(ctx, input);
  if (answered === null && attempt < TURN_TRIES) {
    postpone(storage.sql, turn, ctx.clock.now());
    return;
  }
  const reply = answered ?? HONEST_SENTENCE;
  const { maxTextCharacters } = capabilitiesOf(instance);
  endTurn(
    storage,
    {
      turnId: turn.id,
      reply,
      replyParts: splitText(reply, maxTextCharacters),
    },
    ctx.clock.now(),
  );
}

/** The reply, or null when there is none this time. The rounds before it are in the history, whatever comes of it. */
async function answerOnce(ctx: OrgCtx, input: TurnInput): Promise<string | null> {
  const { storage, instance, phone, turn, think } = input;
  // Not `AbortSignal.timeout`: its timer would keep the object awake long after the turn.
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), TURN_TIMEOUT_MS);
  try {
    const { catalog } = await loadCatalog(ctx, instance.id);
    if (catalog === undefined) {
      return null;
    }
    const { text, finishReason } = await think({
      ctx,
      input: {
        catalog,
        model: null,
        messages: boundHistory(readBackwards(storage.sql)),
        customerPhone: phone,
        effects: createLedger(storage.sql, turn.id),
        onSteps: (steps) => addSteps(storage, steps, ctx.clock.now()),
        signal: deadline.signal,
      },
    });
    const reply = text.trim();
    if (finishReason === "error" || reply === "") {
      ctx.log.warn("turn_without_reply", { instanceId: instance.id, finishReason });
      return null;
    }
    return reply;
  } catch (error) {
    ctx.log.error("turn_failed", { instanceId: instance.id, error });
    return null;
  } finally {
    clearTimeout(timer);
  }
}
