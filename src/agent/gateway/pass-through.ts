/** A request that is the client's own business: to the model and back, with nothing put in or taken out. */
import type { OrgCtx } from "../../access/context.ts";
import type { ChatCompletionChunk, ChatUsage } from "../../contract/chat-completions.ts";
import {
  type ModelCall,
  ModelFailed,
  type ModelFailure,
  PROVIDERS,
  relay,
  toFailure,
} from "../models/index.ts";
import type { ChatAnswer } from "./chat-answer.ts";
import { USAGE_TAIL_CHARACTERS } from "./limits.ts";
import { checkTranslatable } from "./read-chat-request.ts";
import { failureEvent, streamChunks } from "./stream-answer.ts";

/** How the call ended, told once: what it used (null when nobody said) and, if it failed, why. */
type OnEnd = (usage: ChatUsage | null, failure: ModelFailure | null) => void;

/** The answer of the model. Throws `ModelFailed` when there is none. */
export async function passThrough(
  ctx: OrgCtx,
  {
    model,
    request,
    text,
    abort,
  }: Pick<ModelCall, "model" | "request" | "text"> & {
    readonly abort: AbortController;
  },
  onEnd: OnEnd,
): Promise<ChatAnswer> {
  const { allowInsecurePluginUrls: allowLoopbackHttp } = ctx.config;
  const { ai, clock } = ctx;
  const call: ModelCall = {
    model,
    request,
    ...(text !== undefined && { text }),
    signal: abort.signal,
    allowLoopbackHttp,
    ai,
    now: clock.now(),
  };
  const provider = PROVIDERS[model.provider];
  const fail = (failure: ModelFailure): never => {
    onEnd(null, failure);
    throw new ModelFailed(failure);
  };
  if (provider.forward === null) {
    checkTranslatable(request);
    if (request.stream !== true) {
      const whole = await provider.complete(call);
      if (!whole.ok) {
        return fail(whole.error);
      }
      onEnd(whole.value.usage ?? null, null);
      return { contentType: "application/json", body: JSON.stringify(whole.value) };
    }
    const opened = await provider.stream(call);
    if (!opened.ok) {
      return fail(opened.error);
    }
    return { contentType: "text/event-stream", body: streamChunks(watch(opened.value, onEnd), abort) };
  }
  const forwarded = await provider.forward(call);
  if (!forwarded.ok) {
    return fail(forwarded.error);
  }
  const { contentType, answer } = forwarded.value;
  if (request.stream === true) {
    const { body, ended } = relay({
      forwarded: forwarded.value,
      tailCharacters: USAGE_TAIL_CHARACTERS,
      abort,
      lastWords: (failure) => failureEvent(new ModelFailed(failure)),
    });
    ctx.background(ended.then(({ tail, failure }) => onEnd(usageInEvents(tail), failure)));
    return { contentType, body };
  }
  let whole: string;
  try {
    whole = await answer.text();
  } catch (error) {
    return fail(toFailure(error));
  }
  onEnd(usageIn(whole), null);
  return { contentType, body: whole };
}

/** Passes chunks on and notes the usage among them. */
async function* watch(
  chunks: AsyncIterable<ChatCompletionChunk>,
  onEnd: OnEnd,
): AsyncGenerator<ChatCompletionChunk> {
  let usage: ChatUsage | null = null;
  let failure: ModelFailure | null = GIVEN_UP;
  try {
    for await (const chunk of chunks) {
      usage = chunk.usage ?? usage;
      yield chunk;
    }
    failure = null;
  } catch (error) {
    failure = toFailure(error);
    throw error;
  } finally {
    onEnd(usage, failure);
  }
}

const GIVEN_UP: ModelFailure = { reason: "aborted", message: "The request was given up." };

/** The usage of the last event that has one. */
function usageInEvents(tail: string): ChatUsage | null {
  for (const line of tail.split(/\r?\n/).reverse()) {
    const usage = line.startsWith("data:") && line.includes('"usage"') ? usageIn(line.slice(5)) : null;
    if (usage !== null) {
      return usage;
    }
  }
  return null;
}

function usageIn(json: string): ChatUsage | null {
  try {
    const { usage } = JSON.parse(json) as { usage?: Partial<ChatUsage> | null };
    return typeof usage?.prompt_tokens === "number" && typeof usage.completion_tokens === "number"
      ? {
          prompt_tokens: usage.prompt_tokens,
          completion_tokens: usage.completion_tokens,
          total_tokens: usage.total_tokens ?? usage.prompt_tokens + usage.completion_tokens,
        }
      : null;
  } catch {
    return null;
  }
}
