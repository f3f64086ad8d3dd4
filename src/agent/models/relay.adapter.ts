/**
 * An answer on its way from provider to client that nobody here takes into their hands: the runtime pumps its bytes, and
 * a second branch is looked at now and then, to count them and to keep the last ones, where the usage stands. Pieces
 * that each go through JavaScript cost more than everything else that is done for a request.
 */
import { OutboundStreamError } from "../../kernel/outbound-stream.ts";
import { toFailure } from "./model-http.adapter.ts";
import type { ForwardedAnswer, ModelFailure } from "./provider.ts";

/** What one look takes, and how long the next one waits: what comes between is kept, and models write far less. */
const LOOK_BYTES = 256 * 1024;
const LOOK_EVERY_MS = 250;

export type Relay = {
  /** For the client. When the answer breaks off it ends with `lastWords`. */
  readonly body: ReadableStream<Uint8Array>;
  /** Resolves when all is over, which may be later than the client's last byte. Never rejects. */
  readonly ended: Promise<RelayEnd>;
};

/** `tail` is the text's end, as far as it came; `failure` is null for an answer that came whole. */
export type RelayEnd = { readonly tail: string; readonly failure: ModelFailure | null };

type RelayInput = {
  readonly forwarded: ForwardedAnswer;
  readonly tailCharacters: number;
  /** Ends the provider's answer. */
  readonly abort: AbortController;
  readonly lastWords: (failure: ModelFailure) => Uint8Array;
};

export function relay({ forwarded, tailCharacters, abort, lastWords }: RelayInput): Relay {
  const { body, maxBytes, end, explain, tooLarge } = forwarded.answer.release();
  const [own, metered] = (body ?? new Blob([]).stream()).tee();
  const { readable, writable } = new IdentityTransformStream();
  let tail = "";
  let isTooLarge = false;
  const failure = () => toFailure(new OutboundStreamError(isTooLarge ? tooLarge() : explain()));

  const count = async (pumped: Promise<void>) => {
    const reader = metered.getReader({ mode: "byob" });
    const decoder = new TextDecoder();
    let bytes = 0;
    for (let room = new Uint8Array(LOOK_BYTES); ; ) {
      const { done, value } = await reader.read(room);
      if (done) {
        return;
      }
      bytes += value.byteLength;
      tail = (tail + decoder.decode(value, { stream: true })).slice(-tailCharacters);
      if (bytes > maxBytes) {
        isTooLarge = true;
        abort.abort();
      }
      if (value.byteLength < LOOK_BYTES) {
        await atMost(LOOK_EVERY_MS, pumped);
      }
      room = new Uint8Array(value.buffer);
    }
  };

  const pump = async () => {
    try {
      await own.pipeTo(writable, { preventAbort: true, preventClose: true });
      await writable.close();
    } catch {
      // Either the answer broke off, and then the client is told; or the client has left, and nobody can be.
      const writer = writable.getWriter();
      const told = writer.write(lastWords(failure())).then(() => writer.close());
      await told.catch(() => abort.abort());
    }
  };

  const pumped = pump();
  const counted = count(pumped).then(
    () => null,
    () => failure(),
  );
  const ended = Promise.all([counted, pumped]).then(([failed]) => {
    end();
    return { tail, failure: failed };
  });
  return { body: readable, ended };
}

/** Waits for the promise's end, and no longer than that. */
function atMost(ms: number, promise: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    promise.then(end, end);
  });
}
