import type { Issue } from "../kernel/errors.ts";

type Details = {
  readonly status: number | null;
  readonly gate?: string | undefined;
  readonly permission?: string | undefined;
  readonly hint?: string | undefined;
  readonly issues?: readonly Issue[] | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
};

/** Why a bridge call did not do what it was asked. `code` is stable: branch on it. */
export class BridgeError extends Error {
  /** Such as `permission_not_granted`; `bridge_unreachable` when no answer came. */
  readonly code: string;
  /** The HTTP status; null when no answer came. */
  readonly status: number | null;
  /** The gate that refused, such as `permission` or `recipient`. */
  readonly gate: string | undefined;
  /** The bridge permission that is missing. */
  readonly permission: string | undefined;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** Every problem of what was sent, each with a JSON pointer; empty unless the body was refused. */
  readonly issues: readonly Issue[];
  /** Quote it when you ask the platform's people. */
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, message: string, details: Details) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "BridgeError";
    this.code = code;
    this.status = details.status;
    this.gate = details.gate;
    this.permission = details.permission;
    this.hint = details.hint;
    this.issues = details.issues ?? [];
    this.requestId = details.requestId;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}
