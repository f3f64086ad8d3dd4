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
  readBody,
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

/** An answer whose head is here. What follows is taken in one of three ways, once. */
export type OutboundStream = {
  readonly status: number;
  readonly headers: Headers;
  /** Piece by piece. Errors with an `OutboundStreamError`. Cancelling it ends the connection. */
  readonly body: ReadableStream<Uint8Array>;
  /** Whole, as UTF-8. Rejects with an `OutboundStreamError`. */
  readonly text: () => Promise<string>;
  /** As the runtime has it, for whoever counts and watches the time by other means than touching each piece. */
  readonly release: () => ReleasedStream;
};

export type ReleasedStream = {
  readonly body: ReadableStream<Uint8Array> | null;
  readonly maxBytes: number;
  /** Stops the clock; to be called when the body has ended, however it did. */
  readonly end: () => void;
  /** What an error of the body means. */
  readonly explain: () => OutboundStreamFailure;
  readonly tooLarge: () => OutboundStreamFailure;
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
  const deadline = startDeadline(request);
  const explain = (): OutboundStreamFailure =>
    request.signal?.aborted
      ? { reason: "aborted", message: `The call of ${host} was given up.` }
      : deadline.hasPassed()
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
      signal: deadline.signal,
    });
    deadline.noteHead();
    if (isRedirect(response.status)) {
      deadline.end();
      discard(response);
      const next = nextRequest(request, href, response.headers.get("location"));
      return next === null ? err(redirectRefused(host)) : openOutside(next);
    }
    const { maxResponseBytes: maxBytes } = request;
    return ok(
      new OpenAnswer(response, {
        maxBytes,
        end: deadline.end,
        explain,
        tooLarge: () => tooLarge(host, maxBytes),
      }),
    );
  } catch {
    deadline.end();
    return err(explain());
  }
}

type Bounds = Omit<ReleasedStream, "body">;

/** Makes a stream only for whoever wants one: each costs more than the rest of a call. */
class OpenAnswer implements OutboundStream {
  readonly status: number;
  readonly headers: Headers;
  readonly #response: Response;
  readonly #bounds: Bounds;
  #body: ReadableStream<Uint8Array> | undefined;

  constructor(response: Response, bounds: Bounds) {
    this.status = response.status;
    this.headers = response.headers;
    this.#response = response;
    this.#bounds = bounds;
  }

  get body(): ReadableStream<Uint8Array> {
    this.#body ??= bound(this.#response.body, this.#bounds);
    return this.#body;
  }

  async text(): Promise<string> {
    const { maxBytes, end, explain, tooLarge } = this.#bounds;
    let text: string | undefined;
    try {
      text = await readBody(this.#response, maxBytes);
    } catch {
      throw new OutboundStreamError(explain());
    } finally {
      end();
    }
    if (text === undefined) {
      throw new OutboundStreamError(tooLarge());
    }
    return text;
  }

  release(): ReleasedStream {
    return { ...this.#bounds, body: this.#response.body };
  }
}

type Deadline = {
  /** Aborts when time is up, and when the caller gives the call up. */
  readonly signal: AbortSignal;
  readonly noteHead: () => void;
  readonly hasPassed: () => boolean;
  readonly end: () => void;
};

/** Both deadlines with one timer, since nearly every call ends long before: it is set anew where the head has come. */
function startDeadline({ firstByteTimeoutMs, timeoutMs, signal }: OutboundStreamRequest): Deadline {
  const controller = new AbortController();
  const headTimeoutMs = Math.min(firstByteTimeoutMs, timeoutMs);
  let hasHead = false;
  let hasPassed = false;
  const ring = () => {
    if (hasHead && timer === headTimer && timeoutMs > headTimeoutMs) {
      timer = setTimeout(ring, timeoutMs - headTimeoutMs);
    } else {
      hasPassed = true;
      controller.abort();
    }
  };
  const headTimer = setTimeout(ring, headTimeoutMs);
  let timer = headTimer;
  const giveUp = () => controller.abort();
  if (signal?.aborted) {
    giveUp();
  }
  signal?.addEventListener("abort", giveUp);
  return {
    signal: controller.signal,
    noteHead: () => {
      hasHead = true;
    },
    hasPassed: () => hasPassed,
    end: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
    },
  };
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
function bound(body: ReadableStream<Uint8Array> | null, on: Bounds): ReadableStream<Uint8Array> {
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
      if (bytesRead > on.maxBytes) {
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
