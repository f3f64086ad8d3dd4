import type { OrgCtx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import type { CallChat } from "../../contract/approvals.ts";
import type { ChatAssistantMessage, ChatMessage } from "../../contract/chat-completions.ts";
import type { EffectLedger } from "../../contract/effect-ledger.ts";
import type { InstanceCatalog } from "../../plugins/catalog/index.ts";
import { findModel } from "../models/index.ts";
import { ROUNDS_DEFAULT } from "./limits.ts";
import { modelNotFound } from "./model-not-found.ts";
import { runTurn } from "./tool-loop.ts";

export type ToolLoopInput = {
  readonly catalog: InstanceCatalog;
  /** An alias of the organisation's catalog; null for its default. */
  readonly model: string | null;
  /** Without the number's own prompt, which is put before them. */
  readonly messages: readonly ChatMessage[];
  /** The customer's number in E.164, when the turn is for one. */
  readonly customerPhone: string | null;
  /** The conversation that the turn belongs to; left out for none. */
  readonly chat?: CallChat | null;
  readonly maxRounds?: number;
  /** Null or left out: every plugin that the number is granted. */
  readonly enabledPluginIds?: readonly string[] | null;
  /** Installations that the chat has off: neither offered nor callable. */
  readonly switchedOff?: readonly string[];
  /** Remembers side effects beyond this run, for a turn that may be repeated after a crash. */
  readonly effects?: EffectLedger;
  /** An answer whose calls an earlier run was making: they are made first, and the model is not asked for them again. */
  readonly begun?: ChatAssistantMessage | null;
  /** Told of an answer with calls before the first of them is made. */
  readonly onCalls?: (message: ChatAssistantMessage) => void;
  /** Told of each round that ended in calls, its answers included: a turn that is repeated goes on from there. */
  readonly onSteps?: (steps: readonly ChatMessage[]) => void;
  readonly signal?: AbortSignal;
};

export type ToolLoopOutput = {
  /** What the turn added, in order: the assistant's messages, and the tools' with what they answered. */
  readonly messages: ChatMessage[];
  /** What to tell the customer; empty when the model failed before it said anything. */
  readonly text: string;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
  readonly finishReason: "stop" | "length" | "round_limit" | "error";
};

/**
 * One turn of the number's agent, from what was said so far to its answer. A model that fails is the outcome
 * `error`, after its further tries. Throws `model_not_found` for a name that the organisation does not have.
 */
export async function runToolLoop({
  ctx,
  input,
}: {
  ctx: OrgCtx;
  input: ToolLoopInput;
}): Promise<ToolLoopOutput> {
  const organizationId = requirePermission(ctx, "tools:call");
  const model = await findModel(ctx, organizationId, input.model);
  if (model === undefined) {
    throw modelNotFound(input.model ?? "");
  }
  const turn = runTurn(ctx, {
    catalog: input.catalog,
    model,
    request: { model: model.alias, messages: input.messages },
    isStreamed: false,
    customerPhone: input.customerPhone,
    chat: input.chat ?? null,
    maxRounds: input.maxRounds ?? ROUNDS_DEFAULT,
    enabledPluginIds: input.enabledPluginIds ?? null,
    switchedOff: input.switchedOff ?? [],
    externalUser: null,
    effects: input.effects ?? null,
    begun: input.begun ?? null,
    onCalls: input.onCalls ?? null,
    onSteps: input.onSteps ?? null,
    signal: input.signal ?? new AbortController().signal,
  });
  let step = await turn.next();
  while (!step.done) {
    step = await turn.next();
  }
  const { messages, text, usage, finishReason, failure } = step.value;
  if (failure !== null) {
    ctx.log.warn("model_failed", { model: model.alias, reason: failure.reason });
  }
  return {
    messages: [...messages],
    text,
    usage: { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens },
    finishReason: finishReason === "content_filter" ? "stop" : finishReason,
  };
}
