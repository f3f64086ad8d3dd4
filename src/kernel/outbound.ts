/**
 * The one way out: every call to a host that is not ours goes through `fetchOutside`, which looks at the address at
 * every call, follows no redirect, and bounds time and size. Runs on Workers and Node alike.
 */
import { checkOutsideUrl } from "./outside-address.ts";
import { err, ok, type Result } from "./result.ts";

export type OutboundRequest = {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  /** A form is sent as `multipart/form-data`, and brings that header along. */
  readonly body?: string | FormData;
  /** For everything together: connecting, the head of the answer and its body to the last byte. */
  readonly timeoutMs: number;
  /** Of the body as it is read, that is after decompression. */
  readonly maxResponseBytes: number;
  /** Development switch; see `checkOutsideUrl`. */
  readonly allowLoopbackHttp: boolean;
};

/** Any answer with a status from 200 to 299 or from 400 on; `body` is decoded as UTF-8. */
export type OutboundResponse = { readonly status: number; readonly headers: Headers; readonly body: string };

export type OutboundFailure = {
  readonly reason: "url_refused" | "connect_failed" | "timed_out" | "redirect_refused" | "too_large";
  /** A sentence that names the host, and never a path, a query or a header. */
  readonly message: string;
};

/**
 * Calls a host outside and reads its answer whole. Never throws: what goes wrong comes back as a tagged failure,
 * and then the rest of the answer is cancelled so that its connection is free again.
 */
export async function fetchOutside(
  request: OutboundRequest,
): Promise<Result<OutboundResponse, OutboundFailure>> {
  const address = addressOf(request.url, request.allowLoopbackHttp);
  if (!address.ok) {
    return err({ reason: "url_refused", message: address.error });
  }
  const { href, host } = address.value;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), request.timeoutMs);
  try {
    const response = await fetch(href, {
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
      redirect: "manual",
      signal: deadline.signal,
      // A tool's answer belongs to one call: no cache on the way may give it to another. Nobody caches a POST.
      ...(request.method === "GET" ? { cache: "no-store" } : null),
    });
    const { status, headers } = response;
    if (isRedirect(status)) {
      discard(response);
      return err(redirectRefused(host));
    }
    const body = await readBody(response, request.maxResponseBytes);
    if (body === undefined) {
      return err(tooLarge(host, request.maxResponseBytes));
    }
    return ok({ status, headers, body });
  } catch {
    return deadline.signal.aborted
      ? err({
          reason: "timed_out",
          message: `${host} did not answer completely within ${request.timeoutMs} ms.`,
        })
      : err({
          reason: "connect_failed",
          message: `${host} could not be reached, or ended the connection before its answer was complete.`,
        });
  } finally {
    clearTimeout(timer);
  }
}

/** A runtime that hides redirects (browsers do) shows them with status 0. */
export function isRedirect(status: number): boolean {
  return status === 0 || (status >= 300 && status < 400);
}

export function redirectRefused(host: string): OutboundFailure {
  return {
    reason: "redirect_refused",
    message: `${host} answered with a redirect, and redirects are not followed.`,
  };
}

export function tooLarge(host: string, maxBytes: number): OutboundFailure {
  return { reason: "too_large", message: `The answer of ${host} is larger than ${maxBytes} bytes.` };
}

export type Address = { readonly href: string; readonly host: string };

/** How many addresses each isolate remembers as checked: the tools of a few hundred plugins. */
const REMEMBERED_ADDRESSES = 2_000;
/** By the state of the development switch, so that turning it off forgets what it allowed. */
const checkedAddresses = { true: new Map<string, Address>(), false: new Map<string, Address>() };

/**
 * The check is pure, so its good outcome holds for as long as the isolate lives. URLs with a query are checked
 * afresh: they differ from call to call, and what they carry should not stay in memory.
 */
export function addressOf(url: string, allowLoopbackHttp: boolean): Result<Address, string> {
  const known = checkedAddresses[allowLoopbackHttp ? "true" : "false"];
  const remembered = known.get(url);
  if (remembered !== undefined) {
    return ok(remembered);
  }
  const checked = checkOutsideUrl(url, { allowLoopbackHttp });
  if (!checked.ok) {
    return checked;
  }
  const address = { href: checked.value.href, host: checked.value.host };
  if (!url.includes("?")) {
    if (known.size >= REMEMBERED_ADDRESSES) {
      known.clear();
    }
    known.set(url, address);
  }
  return ok(address);
}

const DIGITS = /^\d+$/;

/**
 * The body as text, or `undefined` when it has more than `maxBytes`. A stated length that is too long is refused
 * unread; a stated length that fits is read at once, which is what costs least. That length is only to be trusted
 * when nothing else frames or wraps the body: workerd lets `transfer-encoding: chunked` go before a
 * `content-length` beside it, and a compressed body grows. Those are counted while they are read.
 */
export async function readBody(response: Response, maxBytes: number): Promise<string | undefined> {
  const { headers } = response;
  const stated = headers.get("content-length");
  if (stated !== null && DIGITS.test(stated) && !headers.has("transfer-encoding")) {
    if (Number(stated) > maxBytes) {
      discard(response);
      return undefined;
    }
    if (!headers.has("content-encoding")) {
      return response.text();
    }
  }
  return response.body === null ? "" : readCounted(response.body, maxBytes);
}

async function readCounted(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<string | undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytesRead = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytesRead += part.value.byteLength;
    if (bytesRead > maxBytes) {
      settleQuietly(reader.cancel());
      return undefined;
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

/** Gives up the rest of an answer, so that its connection does not stay open. */
export function discard(response: Response): void {
  if (response.body !== null) {
    settleQuietly(response.body.cancel());
  }
}

/** Cancelling can fail when the other side is gone already, and then there is nothing left to cancel. */
function settleQuietly(cancelled: Promise<unknown>): void {
  cancelled.catch(() => undefined);
}
