/** Answers on their way out as server-sent events. */
import type { ChatCompletionChunk } from "../../contract/chat-completions.ts";
import { toFailure } from "../models/index.ts";
import { toChatError } from "./chat-error.ts";

const encoder = new TextEncoder();

/** One event. */
function toEvent(json: string): Uint8Array {
  return encoder.encode(`data: ${json}\n\n`);
}

/**
 * The chunks as an event stream that ends in `[DONE]`. A failure after the first chunk becomes an error event, since
 * the status has gone out. A client that leaves
 * aborts what the chunks come from.
 */
export function streamChunks(
  chunks: AsyncGenerator<ChatCompletionChunk>,
  abort: AbortController,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const step = await chunks.next();
        if (!step.done) {
          controller.enqueue(toEvent(JSON.stringify(step.value)));
          return;
        }
        controller.enqueue(toEvent("[DONE]"));
      } catch (error) {
        controller.enqueue(failureEvent(error));
      }
      controller.close();
    },
    async cancel() {
      abort.abort(); // a generator that waits for something ends only when that ends
      await chunks.return(undefined);
    },
  });
}

/** A failure in the middle of a stream, as OpenAI's clients read it. */
export function failureEvent(error: unknown): Uint8Array {
  return toEvent(JSON.stringify(toChatError(toFailure(error)).body));
}
