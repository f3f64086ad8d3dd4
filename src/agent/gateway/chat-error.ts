/** Our failures in OpenAI's error envelope: the one mapping of the gateway. Pure. */
import type { ChatError } from "../../contract/chat-completions.ts";
import { AppError, type ErrorKind } from "../../kernel/errors.ts";
import type { ModelFailure } from "../models/index.ts";

export type ChatFailure = {
  readonly status: number;
  readonly body: ChatError;
  readonly retryAfterSeconds?: number | undefined;
};

const REQUEST_ERROR = "invalid_request_error";
const SERVER_ERROR = "server_error";

/** A model provider's failure. What its key or address is stays ours. */
export function toChatError(failure: ModelFailure): ChatFailure {
  const { message, retryAfterSeconds } = failure;
  switch (failure.reason) {
    case "request_refused": {
      const { status = 400, type = REQUEST_ERROR, param = null, code = null } = failure;
      return { status, body: { error: { message, type, param, code } } };
    }
    case "rate_limited":
      return { ...chatError(429, message, "requests", "rate_limit_exceeded"), retryAfterSeconds };
    case "key_missing":
      return chatError(400, message, REQUEST_ERROR, "provider_key_missing");
    case "not_bound":
      return chatError(503, message, SERVER_ERROR, "workers_ai_not_bound");
    case "key_refused":
      return chatError(502, message, SERVER_ERROR, "provider_key_refused");
    case "timed_out":
      return chatError(504, message, SERVER_ERROR, "provider_timed_out");
    case "provider_failed":
      return { ...chatError(502, message, SERVER_ERROR, "provider_failed"), retryAfterSeconds };
    case "unreachable":
      return chatError(502, message, SERVER_ERROR, "provider_unreachable");
    case "answer_invalid":
      return chatError(502, message, SERVER_ERROR, "provider_answer_invalid");
    case "aborted":
      return chatError(499, message, REQUEST_ERROR, "request_aborted");
  }
}

const STATUS: Readonly<Record<ErrorKind, number>> = {
  malformed: 400,
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported: 415,
  rate_limited: 429,
  upstream: 502,
  unavailable: 503,
};

/** Our own failure; an unknown one says nothing but the request id. */
export function toChatFailure(error: unknown, requestId: string): ChatFailure {
  if (!(error instanceof AppError)) {
    const message = `The server had an error while processing your request. Quote the request id ${requestId}.`;
    return chatError(500, message, SERVER_ERROR, "internal_error");
  }
  const status = STATUS[error.kind];
  const message = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
  switch (error.kind) {
    case "unauthenticated":
      return chatError(status, message, REQUEST_ERROR, "invalid_api_key");
    case "rate_limited": {
      const type = error.code === "tokens_per_day" ? "tokens" : "requests";
      const { retryAfterSeconds } = error;
      return { ...chatError(status, message, type, "rate_limit_exceeded"), retryAfterSeconds };
    }
    case "upstream":
    case "unavailable":
      return chatError(status, message, SERVER_ERROR, error.code);
    default: {
      const param = error.issues[0]?.pointer.slice(1).replaceAll("/", ".");
      return chatError(status, message, REQUEST_ERROR, error.code, param || null);
    }
  }
}

function chatError(
  status: number,
  message: string,
  type: string,
  code: string,
  param: string | null = null,
): ChatFailure {
  return { status, body: { error: { message, type, param, code } } };
}
