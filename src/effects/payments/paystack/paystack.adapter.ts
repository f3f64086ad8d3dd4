/** Calling Paystack: https://paystack.com/docs/api */
import type { PaystackCredentials } from "../../../contract/payments.ts";
import { fetchOutside } from "../../../kernel/outbound.ts";
import { PROVIDER_ANSWER_MAX_BYTES, PROVIDER_TIMEOUT_MS } from "../provider-limits.ts";
import { type JsonObject, parseObject } from "../read-json.ts";

const API_BASE_URL = "https://api.paystack.co";

const TOO_MANY_REQUESTS = 429;

export type PaystackRequest = {
  readonly path: string;
  /** With one it is a POST, without a GET. */
  readonly body?: JsonObject;
  readonly allowLoopbackHttp: boolean;
};

export type PaystackAnswer =
  /** JSON, or "too many requests", which says enough alone; then the body is empty. */
  | { readonly state: "answered"; readonly status: number; readonly body: JsonObject }
  /** Certain: it was never asked. */
  | { readonly state: "not_asked"; readonly providerCode: string }
  /** No usable answer: it may have been asked. */
  | { readonly state: "lost"; readonly providerCode: string };

/** One call of Paystack, sent once. */
export async function callPaystack(
  { path, body, allowLoopbackHttp }: PaystackRequest,
  { secretKey, apiBaseUrl = API_BASE_URL }: PaystackCredentials,
): Promise<PaystackAnswer> {
  const answer = await fetchOutside({
    url: `${apiBaseUrl}${path}`,
    headers: {
      authorization: `Bearer ${secretKey}`,
      accept: "application/json",
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body === undefined ? { method: "GET" } : { method: "POST", body: JSON.stringify(body) }),
    timeoutMs: PROVIDER_TIMEOUT_MS,
    maxResponseBytes: PROVIDER_ANSWER_MAX_BYTES,
    allowLoopbackHttp,
  });
  if (!answer.ok) {
    const providerCode = answer.error.reason;
    return { state: providerCode === "url_refused" ? "not_asked" : "lost", providerCode };
  }
  const { status } = answer.value;
  const json = parseObject(answer.value.body);
  if (json !== null) {
    return { state: "answered", status, body: json };
  }
  return status === TOO_MANY_REQUESTS
    ? { state: "answered", status, body: {} }
    : { state: "lost", providerCode: `http_${status}` };
}
