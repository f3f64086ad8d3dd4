/** Anthropic's Messages API behind OpenAI's face, tools and streaming included. */
import type { ChatCompletion, ChatCompletionChunk } from "../../contract/chat-completions.ts";
import { err, ok, type Result } from "../../kernel/result.ts";
import { readEvents } from "../../kernel/server-sent-events.ts";
import { type AnthropicEvent, type AnthropicMessage, toChunks, toCompletion } from "./anthropic-answer.ts";
import { toAnthropicRequest } from "./anthropic-request.ts";
import { postJson, readWhole, toFailure } from "./model-http.adapter.ts";
import {
  type ForwardedAnswer,
  type ModelCall,
  ModelFailed,
  type ModelFailure,
  type Provider,
} from "./provider.ts";

/** The newest version of the API; it has not changed since. */
const API_VERSION = "2023-06-01";

export const anthropic: Provider = {
  complete,
  stream,
  forward: null,
};

async function complete(call: ModelCall): Promise<Result<ChatCompletion, ModelFailure>> {
  const opened = await open(call, false);
  if (!opened.ok) {
    return opened;
  }
  const answer = await readWhole<AnthropicMessage>(opened.value, isMessage);
  return answer.ok ? ok(toCompletion(answer.value, call.model.alias, call.now)) : answer;
}

async function stream(call: ModelCall): Promise<Result<AsyncIterable<ChatCompletionChunk>, ModelFailure>> {
  const opened = await open(call, true);
  return opened.ok ? ok(toChunks(parseEvents(opened.value.answer.body), call.model.alias, call.now)) : opened;
}

async function open(call: ModelCall, isStreamed: boolean): Promise<Result<ForwardedAnswer, ModelFailure>> {
  const { model, request } = call;
  if (model.apiKey === null) {
    return err({
      reason: "key_missing",
      message: "The organisation has no key for this model's provider. Somebody has to add one.",
    });
  }
  const body = JSON.stringify(toAnthropicRequest(request, model.providerModel, isStreamed));
  return postJson(call, "/v1/messages", body, {
    accept: isStreamed ? "text/event-stream" : "application/json",
    "x-api-key": model.apiKey,
    "anthropic-version": API_VERSION,
  });
}

async function* parseEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<AnthropicEvent> {
  try {
    for await (const { data } of readEvents(body)) {
      const value: unknown = JSON.parse(data);
      if (typeof value === "object" && value !== null) {
        yield value as AnthropicEvent;
      }
    }
  } catch (error) {
    throw new ModelFailed(toFailure(error));
  }
}

function isMessage(value: unknown): boolean {
  return Array.isArray((value as { content?: unknown } | null)?.content);
}
