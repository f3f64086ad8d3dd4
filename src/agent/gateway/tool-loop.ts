/**
 * One turn of an agent: the model is asked, the tools that it wants are called, it is asked again with their
 * results, until it answers or the rounds are used up. The whole is one assistant turn: what the rounds say is
 * put together, what happens between them stays inside.
 */
import type { OrgCtx } from "../../access/context.ts";
import type { CallChat } from "../../contract/approvals.ts";
import type {
  ChatAssistantMessage,
  ChatFinishReason,
  ChatMessage,
  ChatRequest,
  ChatToolMessage,
  ChatUsage,
} from "../../contract/chat-completions.ts";
import type { EffectLedger } from "../../contract/effect-ledger.ts";
import {
  type InstanceCatalog,
  loadCatalog,
  withDynamicTools,
  withoutInstallations,
} from "../../plugins/catalog/index.ts";
import { gatherTurnParts, type TurnParts } from "../../plugins/dispatch/index.ts";
import type { ModelFailure, ResolvedModel } from "../models/index.ts";
import { callModel } from "./call-model.ts";
import { callTools } from "./call-tools.ts";
import { enabledFirstParty, offeredTools, toChatTool } from "./offered-tools.ts";
import { recordModelUsage } from "./record-model-usage.ts";
import { toSystemPrompt } from "./system-prompt.ts";

export type Turn = {
  readonly catalog: InstanceCatalog;
  readonly model: ResolvedModel;
  /** Its messages without the number's own prompt, and parameters to pass on with each round. */
  readonly request: ChatRequest;
  readonly isStreamed: boolean;
  readonly customerPhone: string | null;
  readonly chat?: CallChat | null;
  readonly maxRounds: number;
  /** Null for all that the number is granted. */
  readonly enabledPluginIds: readonly string[] | null;
  /** Installations that the chat has off. */
  readonly switchedOff?: readonly string[];
  readonly externalUser: string | null;
  /** Null when nothing outlives this run. */
  readonly effects?: EffectLedger | null;
  /** The calls to make before the model is asked: those of a run that was cut off. */
  readonly begun?: ChatAssistantMessage | null;
  /** Hears of an answer with calls before they are made. */
  readonly onCalls?: ((message: ChatAssistantMessage) => void) | null;
  /** Hears of each round that ended in calls. */
  readonly onSteps?: ((steps: readonly ChatMessage[]) => void) | null;
  readonly signal: AbortSignal;
};

export type TurnOutcome = {
  /** What the turn added to the conversation, in order. */
  readonly messages: readonly (ChatAssistantMessage | ChatToolMessage)[];
  /** What the rounds said, together. */
  readonly text: string;
  readonly usage: ChatUsage;
  readonly finishReason: Exclude<ChatFinishReason, "tool_calls" | "function_call"> | "round_limit" | "error";
  readonly failure: ModelFailure | null;
};

const ROUND_LIMIT_TEXT =
  "I could not finish this in the steps that I am allowed. Please tell me again what you need most, or ask for a person.";

/** Yields the text as it comes, "" as soon as the model has begun; returns what became of the turn. Never throws for a model's or a plugin's doing. */
export async function* runTurn(ctx: OrgCtx, turn: Turn): AsyncGenerator<string, TurnOutcome> {
  const { signal, model, maxRounds } = turn;
  const granted = withoutInstallations(turn.catalog, turn.switchedOff ?? []);
  const { contexts, dynamicTools } = await gatherTurnParts(ctx, {
    catalog: granted,
    installations: enabledFirstParty(granted, turn.enabledPluginIds),
    customerPhone: turn.customerPhone,
  });
  const tools = offeredTools(withDynamicTools(granted, dynamicTools), turn.enabledPluginIds);
  const offered = new Set(tools.map(({ modelName }) => modelName));
  const conversation = openConversation(turn, tools.length > 0, contexts);
  const added: (ChatAssistantMessage | ChatToolMessage)[] = [];
  const ledger = new Map<string, Promise<string>>();
  let usage: ChatUsage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  let text = "";
  const end = (finishReason: TurnOutcome["finishReason"], failure: ModelFailure | null = null) => ({
    messages: added,
    text,
    usage,
    finishReason,
    failure,
  });
  const makeCalls = async (message: ChatAssistantMessage) => {
    // A grant that was revoked meanwhile ends with the next call: the catalog is the one of now.
    const { catalog = turn.catalog } = await loadCatalog(ctx, turn.catalog.instanceId);
    const results = await callTools(ctx, message.tool_calls ?? [], {
      catalog: withDynamicTools(withoutInstallations(catalog, turn.switchedOff ?? []), dynamicTools),
      offered,
      customerPhone: turn.customerPhone,
      chat: turn.chat ?? null,
      ledger,
      effects: turn.effects ?? null,
      signal,
      model,
      externalUser: turn.externalUser,
    });
    added.push(message, ...results);
    turn.onSteps?.([message, ...results]);
  };

  if (turn.begun) {
    text = turn.begun.content ?? "";
    yield text;
    await makeCalls(turn.begun);
  }
  for (let round = 1; ; round++) {
    if (signal.aborted) {
      return end("error", { reason: "aborted", message: "The request was given up." });
    }
    const isLast = round >= maxRounds;
    const startedAt = ctx.clock.now();
    const asking = callModel(ctx, {
      model,
      request: {
        ...turn.request,
        messages: [...conversation, ...added],
        ...(tools.length > 0 && { tools: tools.map(toChatTool) }),
        ...toolChoice(turn.request["tool_choice"], round, isLast && round > 1),
      },
      isStreamed: turn.isStreamed,
      signal,
    });
    let said = "";
    let step = await asking.next();
    for (; !step.done; step = await asking.next()) {
      const separator = step.value !== "" && said === "" && text !== "" ? "\n\n" : "";
      said += step.value;
      text += separator + step.value;
      yield separator + step.value;
    }
    const answer = step.value;
    recordModelUsage(ctx, {
      model,
      instanceId: turn.catalog.instanceId,
      externalUser: turn.externalUser,
      status: answer.ok ? "ok" : answer.error.reason,
      usage: answer.ok ? answer.value.usage : null,
      startedAt,
    });
    if (!answer.ok) {
      return end("error", answer.error);
    }
    usage = add(usage, answer.value.usage);
    const { message, finishReason } = answer.value;
    const calls = message.tool_calls ?? [];
    if (calls.length === 0) {
      added.push(message);
      return end(finishReason === "length" || finishReason === "content_filter" ? finishReason : "stop");
    }
    if (isLast) {
      if (said === "") {
        yield ROUND_LIMIT_TEXT;
        text += ROUND_LIMIT_TEXT;
      }
      added.push({ role: "assistant", content: said === "" ? ROUND_LIMIT_TEXT : said });
      return end("round_limit");
    }
    turn.onCalls?.(message);
    await makeCalls(message);
  }
}

function openConversation(
  { catalog, request }: Turn,
  hasTools: boolean,
  contexts: TurnParts["contexts"],
): readonly ChatMessage[] {
  const prompt = toSystemPrompt({ instancePrompt: catalog.systemPrompt, hasTools, contexts });
  return prompt === null ? request.messages : [{ role: "system", content: prompt }, ...request.messages];
}

/**
 * The client's choice holds for the first round: "required" for all of them would never end. In the last one the
 * model has to answer in words.
 */
function toolChoice(asked: unknown, round: number, mustAnswer: boolean): Readonly<Record<string, unknown>> {
  if (mustAnswer) {
    return { tool_choice: "none" };
  }
  return round === 1 || asked === undefined || asked === "none" ? {} : { tool_choice: "auto" };
}

function add(sum: ChatUsage, usage: ChatUsage | null): ChatUsage {
  return {
    prompt_tokens: sum.prompt_tokens + (usage?.prompt_tokens ?? 0),
    completion_tokens: sum.completion_tokens + (usage?.completion_tokens ?? 0),
    total_tokens: sum.total_tokens + (usage?.total_tokens ?? 0),
  };
}
