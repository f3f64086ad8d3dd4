import type { OrgCtx } from "../../access/context.ts";
import { capabilitiesOf } from "../../channels/deliver.ts";
import { splitText } from "../../channels/split-text.ts";
import type { ChatMessage } from "../../contract/chat-completions.ts";
import { loadCatalog, withoutInstallations } from "../../plugins/catalog/index.ts";
import type { InstanceRow } from "../../tenancy/instances/index.ts";
import type { runToolLoop } from "../gateway/index.ts";
import { answerCommands, type CommandAnswers } from "./answer-commands.ts";
import { boundHistory } from "./bound-history.ts";
import { readChat } from "./chat-row.ts";
import { hasPersonWrittenSince, readBackwards, readCustomerTexts } from "./history.ts";
import { createLedger } from "./ledger.ts";
import { MULTI_USER_MS, TURN_TIMEOUT_MS, TURN_TRIES } from "./limits.ts";
import { readSwitchedOff } from "./toggles.ts";
import { addSteps, beginTry, endTurn, keepCalls, postpone, readCalls, type Turn } from "./turns.ts";

/** What the customer reads when the agent cannot answer: true, and with something to do. */
export const HONEST_SENTENCE =
  "Sorry, I cannot answer you just now: something is not working on our side. Please write again in a few minutes.";

/** What the customer reads instead when the failing turn has called for a person already. */
export const ESCALATED_SENTENCE = "I have asked a colleague to take over. They will write to you here.";

/** How a model and its tools turn a conversation into a reply. */
export type Think = typeof runToolLoop;

type TurnInput = {
  readonly storage: DurableObjectStorage;
  /** Of the chat's Durable Object. */
  readonly objectId: string;
  readonly instance: InstanceRow;
  /** E.164. */
  readonly phone: string;
  readonly turn: Turn;
  readonly think: Think;
};

/**
 * One try of a turn: history, model and tools, reply into the outbox. Can be repeated: rounds that ended are in the
 * history, the calls of one that did not are made as they were, side effects are answered from the turn's ledger, and
 * the reply is written once. After the last failed try, or one that took too long, the customer gets an honest sentence.
 * Never throws for what a model or a plugin does.
 */
export async function runTurn({ ctx, input }: { ctx: OrgCtx; input: TurnInput }): Promise<void> {
  const { storage, instance, turn } = input;
  const attempt = beginTry(storage.sql, turn);
  // Not `AbortSignal.timeout`: its timer would keep the object awake long after the turn.
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), TURN_TIMEOUT_MS);
  const answered = attempt > TURN_TRIES ? null : await answerOnce(ctx, input, deadline.signal);
  clearTimeout(timer);
  // What has taken all the time that a customer waits would take it again.
  if (answered === null && attempt < TURN_TRIES && !deadline.signal.aborted) {
    postpone(storage.sql, turn, ctx.clock.now());
    return;
  }
  const isWaiting = readChat(storage.sql)?.waitingSince !== null;
  const reply = answered ?? (isWaiting ? ESCALATED_SENTENCE : HONEST_SENTENCE);
  const { maxTextCharacters } = capabilitiesOf(instance);
  endTurn(
    storage,
    {
      turnId: turn.id,
      reply,
      replyParts: splitText(reply, maxTextCharacters),
      kind: isAboutNewsOnly(storage.sql, turn) ? "transactional" : "answer",
    },
    ctx.clock.now(),
  );
}

/** Whether no words of the customer opened the turn, but something that happened. */
function isAboutNewsOnly(sql: SqlStorage, { commandsAfter }: Turn): boolean {
  return commandsAfter !== null && readCustomerTexts(sql, commandsAfter).length === 0;
}

/** Whether somebody besides customer and agent takes part. */
function isMultiUser(sql: SqlStorage, now: number): boolean {
  return hasPersonWrittenSince(sql, now - MULTI_USER_MS);
}

const NO_COMMANDS: CommandAnswers = { replies: [], hasMore: true };

/** The conversation for a model that need not answer the commands in it any more. */
function withAnswered(messages: ChatMessage[], replies: readonly string[]): ChatMessage[] {
  const note = `[Note from the platform: the customer's commands were answered already, like this: ${replies.join(" / ")}]`;
  return replies.length === 0 ? messages : [...messages, { role: "user", content: note }];
}

/** The reply, or null when there is none this time. The rounds before it are in the history, whatever comes of it. */
async function answerOnce(ctx: OrgCtx, input: TurnInput, signal: AbortSignal): Promise<string | null> {
  const { storage, instance, phone, turn, think } = input;
  try {
    const { catalog } = await loadCatalog(ctx, instance.id);
    if (catalog === undefined) {
      return null;
    }
    const chat = { objectId: input.objectId, isMultiUser: isMultiUser(storage.sql, ctx.clock.now()) };
    const switchedOff = readSwitchedOff(storage.sql);
    const { enabledPluginIds } = instance;
    const effects = createLedger(storage.sql, turn.id);
    const commands =
      instance.slashCommands && turn.commandsAfter !== null
        ? await answerCommands(ctx, {
            catalog: withoutInstallations(catalog, switchedOff),
            enabledPluginIds,
            texts: readCustomerTexts(storage.sql, turn.commandsAfter),
            phone,
            chat,
            effects,
          })
        : NO_COMMANDS;
    if (!commands.hasMore) {
      return commands.replies.join("\n\n");
    }
    const { text, finishReason } = await think({
      ctx,
      input: {
        catalog,
        model: null,
        messages: withAnswered(boundHistory(readBackwards(storage.sql)), commands.replies),
        customerPhone: phone,
        enabledPluginIds,
        switchedOff,
        chat,
        effects,
        begun: readCalls(storage.sql, turn.id),
        onCalls: (message) => keepCalls(storage.sql, turn.id, message),
        onSteps: (steps) => addSteps(storage, turn.id, steps, ctx.clock.now()),
        signal,
      },
    });
    const reply = text.trim();
    if (finishReason === "error" || reply === "") {
      ctx.log.warn("turn_without_reply", { instanceId: instance.id, finishReason });
      return null;
    }
    return [...commands.replies, reply].join("\n\n");
  } catch (error) {
    ctx.log.error("turn_failed", { instanceId: instance.id, error });
    return null;
  }
}
