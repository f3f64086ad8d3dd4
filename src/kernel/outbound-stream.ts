/**
 * A call to a host outside whose answer is read while it comes, under the rules of `fetchOutside`: every address is
 * looked at, redirects are followed only where that is said, time and size are bounded. Runs on Workers and Node alike.
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
  /**
   * How many redirects are followed, none unless it is said. Each address is checked as the first was, the time counts
   * anew, and `authorization` is not carried along.
   */
  readonly maxRedirects?: number;
};

export type OutboundStream = {
  readonly status: number;
  readonly headers: Headers;
  readonly parts: PartReader;
  /** The parts as a stream, made when it is asked for. Read either this or the parts. */
  readonly body: ReadableStream<Uint8Array>;
};

/** An answer part by part, without the stream around it that each part would have to pass through. */
export type PartReader = {
  /** The next part; undefined at the end. Throws an `OutboundStreamError`. */
  readonly read: () => Promise<Uint8Array | undefined>;
  /** Ends the connection. */
  readonly cancel: (reason?: unknown) => Promise<void>;
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
      const next = nextRequest(request, href, headers.get("location"));
      return next === null ? err(redirectRefused(host)) : openOutside(next);
    }
    const parts = bound(response.body, request.maxResponseBytes, {
      end,
      explain,
      tooLarge: () => tooLarge(host, request.maxResponseBytes),
    });
    return ok({
      status,
      headers,
      parts,
      get body() {
        return toStream(parts);
      },
    });
  } catch {
    end();
    return err(explain());
  }
}

/** What to ask after a redirect; null when it is not to be followed, or leads nowhere. */
function nextRequest(
  request: OutboundStreamRequest,
  from: string,
  location: string | null,
): OutboundStreamRequest | null {
  const { maxRedirects = 0, headers, ...rest } = request;
  if (maxRedirects === 0 || location === null || !URL.canParse(location, from)) {
    return null;
  }
  const kept = Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization");
  return {
    ...rest,
    url: new URL(location, from).href,
    headers: Object.fromEntries(kept),
    maxRedirects: maxRedirects - 1,
  };
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
): PartReader {
  const reader = body?.getReader();
  let bytesRead = 0;
  return {
    async read() {
      let part: { readonly done: boolean; readonly value?: Uint8Array | undefined } | undefined;
      try {
        part = await reader?.read();
      } catch {
        on.end();
        throw new OutboundStreamError(on.explain());
      }
      if (part?.value === undefined) {
        on.end();
        return undefined;
      }
      bytesRead += part.value.byteLength;
      if (bytesRead > maxBytes) {
        on.end();
        reader?.cancel().catch(() => undefined); // the other side may be gone, and then nothing is left to cancel
        throw new OutboundStreamError(on.tooLarge());
      }
      return part.value;
    },
    async cancel(reason) {
      on.end();
      await reader?.cancel(reason);
    },
  };
}

function toStream({ read, cancel }: PartReader): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const part = await read();
      if (part === undefined) {
        controller.close();
      } else {
        controller.enqueue(part);
      }
    },
    cancel,
  });
}
