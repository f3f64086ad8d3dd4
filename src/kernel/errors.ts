/**
 * The closed family of failures that a verb may raise. No HTTP in here: each door maps the kind to its own
 * wire form (problem+json, model text, queue outcome, exit code).
 */
import type { Gate } from "../contract/gates.ts";

/** What went wrong, in terms of who has to act. */
export type ErrorKind =
  | "malformed" // the request cannot be read at all (not JSON, a broken header)
  | "invalid" // the input is wrong; the caller can mend it
  | "unauthenticated" // no credential, or one that is not valid
  | "forbidden" // a valid credential that may not do this
  | "not_found" // does not exist for this caller (another organisation's object included)
  | "conflict" // the state of things does not allow it now
  | "too_large" // more bytes than the limit
  | "unsupported" // a media type or variant that is not served
  | "rate_limited" // come back after `retryAfterSeconds`
  | "upstream" // somebody else's server failed or misbehaved
  | "unavailable"; // we cannot do it at the moment

/** One problem in an input: where (JSON pointer, RFC 6901), a stable code, and a sentence. */
export type Issue = { readonly pointer: string; readonly code: string; readonly message: string };

export type AppErrorOptions = {
  /** Every problem of an input, not just the first. */
  readonly issues?: readonly Issue[];
  /** The gate that refused, for permission refusals. */
  readonly gate?: Gate;
  /** The bridge permission that was missing. */
  readonly permission?: string;
  /** What to do about it, in a sentence. */
  readonly hint?: string;
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
};

/**
 * A failure with a stable `code` (snake_case, part of the public contract) and a message that is safe to show
 * to the caller. Anything that is not an `AppError` is unknown and is shown as a request id only.
 */
export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly issues: readonly Issue[];
  readonly gate: Gate | undefined;
  readonly permission: string | undefined;
  readonly hint: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: ErrorKind, code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.kind = kind;
    this.code = code;
    this.issues = options.issues ?? [];
    this.gate = options.gate;
    this.permission = options.permission;
    this.hint = options.hint;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The same answer for "does not exist" and "belongs to somebody else". */
export function notFound(what: string, id: string): AppError {
  return new AppError(
    "not_found",
    `${what}_not_found`,
    `There is no ${what.replaceAll("_", " ")} ${id} here.`,
  );
}
