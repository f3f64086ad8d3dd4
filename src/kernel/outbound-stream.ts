/**
 * A call to a host outside whose answer is read while it comes, under the rules of `fetchOutside`: the address is
 * looked at, no redirect is followed, time and size are bounded. Runs on Workers and Node alike.
 */
import {
  addressOf,
  discard,
  isRedirect,
  type OutboundFailure,
  type OutboundRequest,
  redirectRefused,
  tooLarge,
} from "./outbound.ts";
import { err, ok, type Result } from "./result.ts";

export type OutboundStreamRequest = OutboundRequest & {
  /** Until the head of the answer is here; `timeoutMs` bounds everything together. */
  readonly firstByteTimeoutMs: number;
  /** Gives the call up: also while its answer is being read. */
  readonly signal?: AbortSignal;
};

export type OutboundStream = {
  readonly status: number;
  readonly headers: Headers;
  /** Errors with an `OutboundStreamError`. Cancelling it ends the connection. */
  readonly body: ReadableStream<Uint8Array>;
};

/** How an answer ended before it was complete. */
export class OutboundStreamError extends Error {
  readonly failure: OutboundStreamFailure;

  constructor(failure: OutboundStreamFailure) {
    super(failure.message);
    this.name = "OutboundStreamError";
    this.failure = failure;
  }
}

export type OutboundStreamFailure =
  | OutboundFailure
  | { readonly reason: "aborted"; readonly message: string };

/**
 * Calls a host outside and hands over its answer as it comes. Never throws; whoever gets the body reads it to its
 * end or cancels it, since the connection and the timer of the whole stay until then.
 */
export async function openOutside(
  request: OutboundStreamRequest,
): Promise<Result<OutboundStream, OutboundStreamFailure>> {
  const address = addressOf(request.url, request.allowLoopbackHttp);
  if (!address.ok) {
    return err({ reason: "url_refused", message: address.error });
  }
  const { href, host } = address.value;
  const timeout = new AbortController();
  const whole = setTimeout(() => timeout.abort(), request.timeoutMs);
  const firstByte = setTimeout(() => timeout.abort(), request.firstByteTimeoutMs);
  const end = () => {
    clearTimeout(whole);
    clearTimeout(firstByte);
  };
  const explain = (): OutboundStreamFailure =>
    request.signal?.aborted
      ? { reason: "aborted", message: `The call of ${host} was given up.` }
      : timeout.signal.aborted
        ? { reason: "timed_out", message: `${host} did not answer in time.` }
        : {
            reason: "connect_failed",
            message: `${host} could not be reached, or ended the connection before its answer was complete.`,
          };
  try {
    const response = await fetch(href, {
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
      redirect: "manual",
      signal: request.signal ? AbortSignal.any([request.signal, timeout.signal]) : timeout.signal,
    });
    clearTimeout(firstByte);
    const { status, headers } = response;
    if (isRedirect(status)) {
      end();
      discard(response);
      return err(redirectRefused(host));
    }
    const body = bound(response.body, request.maxResponseBytes, {
      end,
      explain,
      tooLarge: () => tooLarge(host, request.maxResponseBytes),
    });
    return ok({ status, headers, body });
  } catch {
    end();
    return err(explain());
  }
}

/** The body, counted while it is read. */
function bound(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  on: {
    readonly end: () => void;
    readonly explain: () => OutboundStreamFailure;
    readonly tooLarge: () => OutboundFailure;
  },
): ReadableStream<Uint8Array> {
  const reader = body?.getReader();
  let bytesRead = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      let part: { readonly done: boolean; readonly value?: Uint8Array | undefined } | undefined;
      try {
        part = await reader?.read();
      } catch {
        on.end();
        controller.error(new OutboundStreamError(on.explain()));
        return;
      }
      if (part?.value === undefined) {
        on.end();
        controller.close();
        return;
      }
      bytesRead += part.value.byteLength;
      if (bytesRead > maxBytes) {
        on.end();
        reader?.cancel().catch(() => undefined); // the other side may be gone, and then nothing is left to cancel
        controller.error(new OutboundStreamError(on.tooLarge()));
        return;
      }
      controller.enqueue(part.value);
    },
    async cancel(reason) {
      on.end();
      await reader?.cancel(reason);
    },
  });
}
