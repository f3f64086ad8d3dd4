/** RFC 9457 problem details: the one mapping from our failures to HTTP. */
import { AppError, type ErrorKind } from "../kernel/errors.ts";
import type { Problem } from "./problem-schema.ts";

const STATUS: Readonly<Record<ErrorKind, { status: number; title: string }>> = {
  malformed: { status: 400, title: "Malformed request" },
  invalid: { status: 422, title: "Invalid input" },
  unauthenticated: { status: 401, title: "Not authenticated" },
  forbidden: { status: 403, title: "Not allowed" },
  not_found: { status: 404, title: "Not found" },
  conflict: { status: 409, title: "Conflict" },
  too_large: { status: 413, title: "Too large" },
  unsupported: { status: 415, title: "Not supported" },
  rate_limited: { status: 429, title: "Too many requests" },
  upstream: { status: 502, title: "The other side failed" },
  unavailable: { status: 503, title: "Not available" },
};

/** The answer for a failure. Unknown errors say nothing but the request id; the log has the rest. */
export function toProblem(error: unknown, requestId: string): Response {
  const known = error instanceof AppError ? error : undefined;
  const { status, title } = known ? STATUS[known.kind] : { status: 500, title: "Internal error" };
  const code = known?.code ?? "internal_error";
  const problem: Problem = {
    type: `/docs/errors#${code}`,
    title,
    status,
    detail: known?.message ?? `Something went wrong on our side. Quote the request id ${requestId}.`,
    code,
    requestId,
    ...(known?.gate && { gate: known.gate }),
    ...(known?.permission && { permission: known.permission }),
    ...(known?.hint && { hint: known.hint }),
    ...(known && known.issues.length > 0 && { issues: [...known.issues] }),
  };
  const headers = new Headers({
    "content-type": "application/problem+json",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
  });
  if (known?.retryAfterSeconds !== undefined) {
    headers.set("retry-after", String(known.retryAfterSeconds));
  }
  if (status === 401) {
    headers.set("www-authenticate", 'Bearer realm="kivuko"');
  }
  return new Response(JSON.stringify(problem), { status, headers });
}
