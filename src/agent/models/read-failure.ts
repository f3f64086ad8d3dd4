/** What a provider's refusal means for us. Pure. OpenAI's and Anthropic's error bodies have the same inside. */
import type { OutboundStreamFailure } from "../../kernel/outbound-stream.ts";
import { redactText } from "../../kernel/redact-text.ts";
import { ERROR_MESSAGE_MAX_CHARACTERS } from "./limits.ts";
import type { ModelFailure } from "./provider.ts";

/** The longest wait that is passed on: an hour. Longer ones are a provider's mistake or nobody's plan. */
const RETRY_AFTER_MAX_SECONDS = 3_600;

/** Judges an answer that is not 2xx. Secrets that a provider repeats in its message are taken out. */
export function readFailure(status: number, headers: Headers, body: string): ModelFailure {
  const retryAfterSeconds = readRetryAfter(headers.get("retry-after"));
  const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  if (status === 401 || status === 403) {
    return { reason: "key_refused", message: "The model provider refused the organisation's key for it." };
  }
  if (status === 429) {
    return { reason: "rate_limited", message: "The model provider has too many requests.", ...wait };
  }
  if (status >= 500 || status === 408 || status < 400) {
    return { ...PROVIDER_FAILED, ...wait };
  }
  const { message, type, param, code } = readError(body);
  return {
    reason: "request_refused",
    status,
    message:
      typeof message === "string"
        ? redactText(message).slice(0, ERROR_MESSAGE_MAX_CHARACTERS)
        : "The model provider refused the request.",
    ...(typeof type === "string" && { type: type.slice(0, 100) }),
    ...(typeof param === "string" && { param: param.slice(0, 200) }),
    ...(typeof code === "string" && { code: code.slice(0, 100) }),
  };
}

/** What kept an answer from coming, or from coming whole. */
export function fromOutbound(failure: OutboundStreamFailure): ModelFailure {
  switch (failure.reason) {
    case "aborted":
      return { reason: "aborted", message: "The request was given up." };
    case "timed_out":
      return { reason: "timed_out", message: "The model provider took too long to answer." };
    case "too_large":
      return { reason: "answer_invalid", message: "The model provider's answer was too large to use." };
    case "url_refused":
    case "redirect_refused":
    case "connect_failed":
      return { reason: "unreachable", message: "The model provider could not be reached." };
  }
}

export const PROVIDER_FAILED: ModelFailure = {
  reason: "provider_failed",
  message: "The model provider failed.",
};

export const ANSWER_INVALID: ModelFailure = {
  reason: "answer_invalid",
  message: "The model provider's answer could not be read.",
};

function readError(body: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body);
    const error = (parsed as { error?: unknown } | null)?.error;
    return typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function readRetryAfter(header: string | null): number | undefined {
  return header !== null && /^\d{1,9}$/.test(header)
    ? Math.min(Number(header), RETRY_AFTER_MAX_SECONDS)
    : undefined;
}
