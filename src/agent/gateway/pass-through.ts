/** A request that is the client's own business: to the model and back, with nothing put in or taken out. */
import type { OrgCtx } from "../../access/context.ts";
import type { ChatCompletionChunk, ChatUsage } from "../../contract/chat-completions.ts";
import type { PartReader } from "../../kernel/outbound-stream.ts";
import { type ModelCall, ModelFailed, type ModelFailure, PROVIDERS, toFailure } from "../models/index.ts";
import type { ChatAnswer } from "./chat-answer.ts";
import { USAGE_TAIL_CHARACTERS } from "./limits.ts";
import { checkTranslatable } from "./read-chat-request.ts";
import { failureEvent, streamChunks } from "./stream-answer.ts";

/** How the call ended, told once: what it used (null when nobody said) and, if it failed, why. */
type OnEnd = (usage: ChatUsage | null, failure: ModelFailure | null) => void;

/** The answer of the model. Throws `ModelFailed` when there is none. */
export async function passThrough(
  ctx: OrgCtx,
  { model, request, abort }: Pick<ModelCall, "model" | "request"> & { readonly abort: AbortController },
  onEnd: OnEnd,
): Promise<ChatAnswer> {
  const { allowInsecurePluginUrls: allowLoopbackHttp } = ctx.config;
  const { ai, clock } = ctx;
  const call: ModelCall = { model, request, signal: abort.signal, allowLoopbackHttp, ai, now: clock.now() };
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
  const { contentType, parts } = forwarded.value;
  if (request.stream === true) {
    return { contentType, body: meter(parts, onEnd) };
  }
  let text: string;
  try {
    text = await readText(parts);
  } catch (error) {
    return fail(toFailure(error));
  }
  onEnd(usageIn(text), null);
  return { contentType, body: text };
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

/** The whole answer as text. */
async function readText({ read }: PartReader): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for (let part = await read(); part !== undefined; part = await read()) {
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

/** Passes bytes on as they are; the usage is read from the tail that goes by. */
function meter({ read, cancel }: PartReader, onEnd: OnEnd): ReadableStream<Uint8Array> {
  const decoder = new TextDecoder();
  let tail = "";
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const part = await read();
        if (part !== undefined) {
          tail = (tail + decoder.decode(part, { stream: true })).slice(-USAGE_TAIL_CHARACTERS);
          controller.enqueue(part);
          return;
        }
        onEnd(usageInEvents(tail), null);
      } catch (error) {
        onEnd(null, toFailure(error));
        controller.enqueue(failureEvent(error));
      }
      controller.close();
    },
    async cancel(reason) {
      onEnd(usageInEvents(tail), GIVEN_UP);
      await cancel(reason);
    },
  });
}

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
