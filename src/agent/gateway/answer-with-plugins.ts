/** A turn with the organisation's tools, in the form of one chat completion. */
import type { OrgCtx } from "../../access/context.ts";
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatFinishReason,
} from "../../contract/chat-completions.ts";
import { AppError } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { ModelFailed, PROVIDERS } from "../models/index.ts";
import type { ChatAnswer } from "./chat-answer.ts";
import { checkTranslatable } from "./read-chat-request.ts";
import { streamChunks } from "./stream-answer.ts";
import { runTurn, type Turn, type TurnOutcome } from "./tool-loop.ts";

/** Runs the turn; `onEnd` is told how it ended, null when the client left before. Throws `ModelFailed` when nothing was said. */
export async function answerWithPlugins(
  ctx: OrgCtx,
  { abort, ...rest }: Omit<Turn, "isStreamed" | "signal"> & { readonly abort: AbortController },
  onEnd: (outcome: TurnOutcome | null) => void,
): Promise<ChatAnswer> {
  const { request } = rest;
  if (request["n"] !== undefined && request["n"] !== null && request["n"] !== 1) {
    throw new AppError("invalid", "unsupported_value", "With plugins there is one answer: `n` must be 1.", {
      issues: [{ pointer: "/n", code: "unsupported_value", message: "must be 1" }],
    });
  }
  if (PROVIDERS[rest.model.provider].forward === null) {
    checkTranslatable(request);
  }
  const head = {
    id: newId("completion"),
    created: Math.floor(ctx.clock.now() / 1_000),
    model: rest.model.alias,
  };
  const steps = runTurn(ctx, { ...rest, isStreamed: request.stream === true, signal: abort.signal });
  // Until the model has begun, a failure can still be answered with its status.
  const first = await steps.next();
  if (first.done) {
    onEnd(first.value);
    throw new ModelFailed(failureOf(first.value));
  }
  if (request.stream === true) {
    return { contentType: "text/event-stream", body: streamChunks(toChunks(steps, head, onEnd), abort) };
  }
  let step = await steps.next();
  while (!step.done) {
    step = await steps.next();
  }
  onEnd(step.value);
  if (step.value.failure !== null) {
    throw new ModelFailed(step.value.failure);
  }
  return { contentType: "application/json", body: JSON.stringify(toCompletion(step.value, head)) };
}

type Head = { readonly id: string; readonly created: number; readonly model: string };

/** The turn's text as one assistant's; what is between its rounds does not show. */
async function* toChunks(
  steps: AsyncGenerator<string, TurnOutcome>,
  head: Head,
  onEnd: (outcome: TurnOutcome | null) => void,
): AsyncGenerator<ChatCompletionChunk> {
  const chunk = (
    delta: ChatCompletionChunk["choices"][number]["delta"],
    finish: ChatFinishReason | null = null,
  ): ChatCompletionChunk => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: finish }],
    usage: null,
  });
  let outcome: TurnOutcome | null = null;
  try {
    yield chunk({ role: "assistant", content: "" });
    let step = await steps.next();
    for (; !step.done; step = await steps.next()) {
      if (step.value !== "") {
        yield chunk({ content: step.value });
      }
    }
    outcome = step.value;
    if (outcome.failure !== null) {
      throw new ModelFailed(outcome.failure);
    }
    yield chunk({}, finishReasonOf(outcome));
    yield { ...chunk({}), choices: [], usage: outcome.usage };
  } finally {
    onEnd(outcome);
    await steps.return(ABANDONED);
  }
}

/** What ends a turn that nobody waits for; nobody reads it either. */
const ABANDONED: TurnOutcome = {
  messages: [],
  text: "",
  usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  finishReason: "error",
  failure: null,
};

function toCompletion(outcome: TurnOutcome, head: Head): ChatCompletion {
  return {
    ...head,
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: outcome.text, refusal: null },
        finish_reason: finishReasonOf(outcome),
        logprobs: null,
      },
    ],
    usage: outcome.usage,
  };
}

function finishReasonOf({ finishReason }: TurnOutcome): ChatFinishReason {
  switch (finishReason) {
    case "round_limit":
      return "length";
    case "error":
      return "stop";
    default:
      return finishReason;
  }
}

function failureOf({ failure }: TurnOutcome) {
  return failure ?? { reason: "provider_failed" as const, message: "The model provider failed." };
}
