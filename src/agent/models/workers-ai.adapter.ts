/** Cloudflare's Workers AI behind OpenAI's face: reached by a binding of the deployment, without a key. */
import type { ChatCompletion, ChatCompletionChunk } from "../../contract/chat-completions.ts";
import { newId } from "../../kernel/ids.ts";
import { err, ok, type Result } from "../../kernel/result.ts";
import { readEvents } from "../../kernel/server-sent-events.ts";
import { toFailure } from "./model-http.adapter.ts";
import { type ModelCall, ModelFailed, type ModelFailure, type Provider } from "./provider.ts";
import { ANSWER_INVALID, PROVIDER_FAILED, readFailure } from "./read-failure.ts";
import { type AnswerHead, END, toChunks, toCompletion } from "./workers-ai-answer.ts";
import { toWorkersAiInputs } from "./workers-ai-request.ts";

export const workersAi: Provider = { complete, stream, forward: null };

const NOT_BOUND: ModelFailure = {
  reason: "not_bound",
  message: "This platform has no Workers AI. Its operator can bind it, or the model can be removed.",
};

async function complete(call: ModelCall): Promise<Result<ChatCompletion, ModelFailure>> {
  const output = await run(call, false);
  if (!output.ok) {
    return output;
  }
  try {
    const completion = toCompletion(output.value, headOf(call));
    return completion === null ? err(ANSWER_INVALID) : ok(completion);
  } catch (error) {
    return err(toFailure(error));
  }
}

async function stream(call: ModelCall): Promise<Result<AsyncIterable<ChatCompletionChunk>, ModelFailure>> {
  const output = await run(call, true);
  if (!output.ok) {
    return output;
  }
  return output.value instanceof ReadableStream
    ? ok(toChunks(parseEvents(output.value, call.signal), headOf(call)))
    : err(ANSWER_INVALID);
}

async function run(
  { model, request, ai, signal }: ModelCall,
  isStreamed: boolean,
): Promise<Result<unknown, ModelFailure>> {
  if (ai === null) {
    return err(NOT_BOUND);
  }
  try {
    return ok(await ai.run(model.providerModel, toWorkersAiInputs(request, isStreamed), { signal }));
  } catch (error) {
    return err(readThrown(error, signal));
  }
}

async function* parseEvents(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<unknown> {
  try {
    for await (const { data } of readEvents(body)) {
      yield data === "[DONE]" ? END : JSON.parse(data);
    }
  } catch (error) {
    throw new ModelFailed(error instanceof SyntaxError ? ANSWER_INVALID : readThrown(error, signal));
  }
}

function headOf({ model, now }: ModelCall): AnswerHead {
  return { id: newId("completion"), created: Math.floor(now / 1_000), model: model.alias };
}

/** Codes of Workers AI's table of errors with the HTTP status that it gives them. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  5007: 400,
  5004: 400,
  3039: 400,
  3003: 400,
  5018: 403,
  5016: 403,
  3023: 403,
  3041: 403,
  5019: 405,
  5005: 405,
  3042: 404,
  3006: 413,
  3007: 408,
  3008: 408,
  3036: 429,
  3040: 429,
};

/** What the binding threw: an error whose message has the code, as in `3040: No more data centers …`. */
function readThrown(error: unknown, signal: AbortSignal): ModelFailure {
  if (signal.aborted) {
    return { reason: "aborted", message: "The request was given up." };
  }
  const text = error instanceof Error ? error.message : String(error);
  for (const [, code = "", message = ""] of text.matchAll(/\b(\d{4}): *([^\n]*)/g)) {
    const status = STATUS_OF_CODE[code];
    if (status === 403) {
      return { reason: "key_refused", message: "Workers AI refuses this model to the platform's account." };
    }
    if (status !== undefined) {
      return readFailure(status, new Headers(), JSON.stringify({ error: { message } }));
    }
  }
  return PROVIDER_FAILED;
}
