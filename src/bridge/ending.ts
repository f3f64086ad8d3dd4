/** How a bridge call ends: as a text that can be kept and sent again, byte for byte. */
import type { BridgeCallRecord } from "../contract/records.ts";
import { toProblem } from "../http/problem.ts";
import { AppError } from "../kernel/errors.ts";
import type { StoredAnswer } from "./ledger.ts";

/** How a call ended, before it is written down as a response and a record. */
export type Ending = StoredAnswer & {
  readonly outcome: BridgeCallRecord["status"];
  /** Seconds, as the header says them. */
  readonly retryAfter?: string;
};

/** Whether a gate has refused. */
export function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.gate !== undefined;
}

/** Whether trying again would end the same: the verb refused, and did not say to come back later. */
export function isFinal(error: unknown): boolean {
  return (
    error instanceof AppError &&
    error.kind !== "unavailable" &&
    error.kind !== "upstream" &&
    error.kind !== "rate_limited" &&
    error.retryAfterSeconds === undefined
  );
}

/** A verb's answer as it is sent and kept. */
export function toText({ status, body }: { readonly status: number; readonly body: unknown }): StoredAnswer {
  return { status, text: JSON.stringify(body) };
}

/** A failure as it is sent, and kept when it is final. */
export async function toProblemText(error: unknown, requestId: string): Promise<Omit<Ending, "outcome">> {
  const response = toProblem(error, requestId);
  const retryAfter = response.headers.get("retry-after");
  return {
    status: response.status,
    text: await response.text(),
    ...(retryAfter !== null && { retryAfter }),
  };
}

export function toResponse({ status, text, outcome, retryAfter }: Ending, requestId: string): Response {
  return new Response(text, {
    status,
    headers: {
      "content-type": status < 400 ? "application/json" : "application/problem+json",
      "x-content-type-options": "nosniff",
      "x-request-id": requestId,
      ...(outcome === "replayed" && { "idempotent-replayed": "true" }),
      ...(retryAfter !== undefined && { "retry-after": retryAfter }),
    },
  });
}
