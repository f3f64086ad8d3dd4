/** How requests to model providers go out and answers come back, whatever the provider. */
import { OutboundStreamError, openOutside } from "../../kernel/outbound-stream.ts";
import { err, ok, type Result } from "../../kernel/result.ts";
import { EventTooLongError } from "../../kernel/server-sent-events.ts";
import { ANSWER_MAX_BYTES, ANSWER_TIMEOUT_MS, ERROR_MAX_BYTES, FIRST_BYTE_TIMEOUT_MS } from "./limits.ts";
import { type ForwardedAnswer, type ModelCall, ModelFailed, type ModelFailure } from "./provider.ts";
import { ANSWER_INVALID, fromOutbound, readFailure } from "./read-failure.ts";

/** A POST to a provider: its 2xx answer unread, everything else judged. */
export async function postJson(
  call: ModelCall,
  path: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<Result<ForwardedAnswer, ModelFailure>> {
  const answer = await openOutside({
    url: call.model.baseUrl + path,
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
    firstByteTimeoutMs: FIRST_BYTE_TIMEOUT_MS,
    timeoutMs: ANSWER_TIMEOUT_MS,
    maxResponseBytes: ANSWER_MAX_BYTES,
    allowLoopbackHttp: call.allowLoopbackHttp,
    signal: call.signal,
  });
  if (!answer.ok) {
    return err(fromOutbound(answer.error));
  }
  const { status, headers: answered } = answer.value;
  if (status < 200 || status > 299) {
    return err(readFailure(status, answered, await readBeginning(answer.value.body)));
  }
  return ok({ contentType: answered.get("content-type") ?? "application/json", answer: answer.value });
}

/** The JSON of a whole answer. */
export async function readWhole<T>(
  { answer }: ForwardedAnswer,
  isExpected: (value: unknown) => boolean,
): Promise<Result<T, ModelFailure>> {
  try {
    const value: unknown = JSON.parse(await answer.text());
    return isExpected(value) ? ok(value as T) : err(ANSWER_INVALID);
  } catch (error) {
    return err(toFailure(error));
  }
}

/** What an error means that reading an answer ended with. */
export function toFailure(error: unknown): ModelFailure {
  if (error instanceof ModelFailed) {
    return error.failure;
  }
  if (error instanceof OutboundStreamError) {
    return fromOutbound(error.failure);
  }
  if (error instanceof SyntaxError || error instanceof EventTooLongError) {
    return ANSWER_INVALID;
  }
  throw error;
}

async function readBeginning(body: ReadableStream<Uint8Array>): Promise<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += decoder.decode(part.value, { stream: true });
      if (text.length > ERROR_MAX_BYTES) {
        break;
      }
    }
  } catch {
    // What came of the error's text has to do.
  }
  reader.cancel().catch(() => undefined);
  return text;
}
