/** Any provider that speaks OpenAI's chat completions: requests go as they came, answers come as they are. */
import type { ChatCompletion, ChatCompletionChunk } from "../../contract/chat-completions.ts";
import { ok, type Result } from "../../kernel/result.ts";
import { readEvents } from "../../kernel/server-sent-events.ts";
import { postJson, readWhole, toFailure } from "./model-http.adapter.ts";
import {
  type ForwardedAnswer,
  type ModelCall,
  ModelFailed,
  type ModelFailure,
  type Provider,
} from "./provider.ts";
import { PROVIDER_FAILED } from "./read-failure.ts";
import { rewriteRequest } from "./rewrite-request.ts";

export const openaiCompatible: Provider = {
  complete,
  stream,
  forward: (call) => open(call, call.request.stream === true),
};

async function complete(call: ModelCall): Promise<Result<ChatCompletion, ModelFailure>> {
  const opened = await open(call, false);
  return opened.ok ? readWhole<ChatCompletion>(opened.value, isCompletion) : opened;
}

async function stream(call: ModelCall): Promise<Result<AsyncIterable<ChatCompletionChunk>, ModelFailure>> {
  const opened = await open(call, true);
  return opened.ok ? ok(readChunks(opened.value.answer.body)) : opened;
}

/** Sends the request with the provider's name of the model; a streamed answer is asked to say what it used. */
async function open(call: ModelCall, isStreamed: boolean): Promise<Result<ForwardedAnswer, ModelFailure>> {
  const { model, request, text } = call;
  const rewritten = text === undefined ? null : rewriteRequest(text, request, model.providerModel);
  const body =
    rewritten ??
    JSON.stringify({
      ...request,
      model: model.providerModel,
      ...(isStreamed && {
        stream: true,
        stream_options: { ...(request["stream_options"] as object | null | undefined), include_usage: true },
      }),
    });
  return postJson(call, "/chat/completions", body, {
    accept: isStreamed ? "text/event-stream" : "application/json",
    ...(model.apiKey !== null && { authorization: `Bearer ${model.apiKey}` }),
  });
}

async function* readChunks(body: ReadableStream<Uint8Array>): AsyncGenerator<ChatCompletionChunk> {
  try {
    for await (const { data } of readEvents(body)) {
      if (data === "[DONE]") {
        return;
      }
      const value: unknown = JSON.parse(data);
      if (isErrorEvent(value)) {
        throw new ModelFailed(PROVIDER_FAILED);
      }
      if (isChunk(value)) {
        yield value;
      }
    }
  } catch (error) {
    throw new ModelFailed(toFailure(error));
  }
}

function isCompletion(value: unknown): boolean {
  const choices = (value as { choices?: unknown } | null)?.choices;
  return (
    Array.isArray(choices) &&
    choices.length > 0 &&
    typeof (choices[0] as { message?: unknown } | null)?.message === "object"
  );
}

function isChunk(value: unknown): value is ChatCompletionChunk {
  return Array.isArray((value as { choices?: unknown } | null)?.choices);
}

function isErrorEvent(value: unknown): boolean {
  const error = (value as { error?: unknown } | null)?.error;
  return error !== undefined && error !== null;
}
