/** One event to one address, by Standard Webhooks 1.0 (https://www.standardwebhooks.com). */
import { Webhook } from "standardwebhooks";
import { fetchOutside } from "../../kernel/outbound.ts";
import { ENDPOINT_ANSWER_MAX_BYTES, ENDPOINT_TIMEOUT_MS } from "./limits.ts";
import { readRetryAfter } from "./try-schedule.ts";

export type EndpointRequest = {
  readonly url: string;
  /** The event's id. */
  readonly messageId: string;
  readonly body: string;
  /** Every secret that is good now, newest first. */
  readonly secrets: readonly string[];
  readonly allowLoopbackHttp: boolean;
  /** Epoch ms. */
  readonly now: number;
};

/** How a try ended; `gone`: the address wants no more. */
export type TryOutcome =
  | { readonly state: "delivered"; readonly status: number | null }
  | { readonly state: "gone"; readonly status: number | null; readonly error: string }
  | {
      readonly state: "failed";
      readonly status: number | null;
      readonly error: string;
      readonly retryAfterSeconds: number | null;
    };

const GONE = 410;

/** Posts it, signed with each secret, so that a receiver that knows one of them can verify it. */
export async function postEvent(request: EndpointRequest): Promise<TryOutcome> {
  const { url, messageId, body, secrets, allowLoopbackHttp, now } = request;
  const answer = await fetchOutside({
    url,
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": messageId,
      "webhook-timestamp": String(Math.floor(now / 1_000)),
      "webhook-signature": secrets
        .map((secret) => new Webhook(secret).sign(messageId, new Date(now), body))
        .join(" "),
    },
    body,
    timeoutMs: ENDPOINT_TIMEOUT_MS,
    maxResponseBytes: ENDPOINT_ANSWER_MAX_BYTES,
    allowLoopbackHttp,
  });
  if (!answer.ok) {
    const error = `endpoint_${answer.error.reason}`;
    return { state: "failed", status: null, error, retryAfterSeconds: null };
  }
  const { status, headers } = answer.value;
  if (status >= 200 && status < 300) {
    return { state: "delivered", status };
  }
  if (status === GONE) {
    return { state: "gone", status, error: "http_410" };
  }
  const retryAfterSeconds = readRetryAfter(headers.get("retry-after"), now);
  return { state: "failed", status, error: `http_${status}`, retryAfterSeconds };
}
