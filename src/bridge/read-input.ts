/** From a request's bytes to what the call's schemas describe. */
import type { z } from "zod";
import { AppError, type Issue } from "../kernel/errors.ts";
import type { BridgeCall, BridgeInput } from "./bridge-call.ts";
import { BODY_MAX_DEPTH } from "./limits.ts";

/** `application/json`, a structured suffix (RFC 6839) included, whatever its parameters. */
const JSON_MEDIA_TYPE = /^application\/([\w.-]+\+)?json *(;|$)/i;

export type RawRequest = {
  readonly headers: Headers;
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
};

/**
 * The input of a call, checked. Throws `unsupported_media_type`, `malformed_json`, `recipient_phone_not_allowed`, and
 * `invalid_request` with every problem at once.
 */
export function readInput(call: BridgeCall, request: RawRequest): BridgeInput<unknown, unknown> {
  const query = Object.fromEntries([...request.url.searchParams].filter(([name]) => name !== "dryRun"));
  const { text: bodyText, value: body } =
    call.body === undefined ? { text: "", value: undefined } : readJson(request);
  refusePhoneBesideCurrentChat(body);
  return {
    params: request.params,
    query: call.query === undefined ? undefined : parse(call.query, query, "query"),
    body: call.body === undefined ? undefined : parse(call.body, body, "body"),
    bodyText,
  };
}

/** `?dryRun=true`. Throws for anything else than true and false, so that a typing error does not move money. */
export function readDryRun(url: URL): boolean {
  const text = url.searchParams.get("dryRun");
  if (text === null || text === "true" || text === "false") {
    return text === "true";
  }
  throw invalid("query", [{ pointer: "/dryRun", code: "invalid_value", message: "must be true or false" }]);
}

function readJson({ headers, body }: RawRequest): { text: string; value: unknown } {
  if (!JSON_MEDIA_TYPE.test(headers.get("content-type") ?? "")) {
    throw new AppError("unsupported", "unsupported_media_type", "The body must be JSON.", {
      hint: "Send `Content-Type: application/json`.",
    });
  }
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body);
    value = JSON.parse(text);
  } catch {
    throw new AppError("malformed", "malformed_json", "The body is not valid JSON in UTF-8.");
  }
  if (!isWithinDepth(value, BODY_MAX_DEPTH)) {
    throw invalid("body", [
      { pointer: "/", code: "too_deep", message: `must not nest deeper than ${BODY_MAX_DEPTH} levels` },
    ]);
  }
  return { text, value };
}

/** A number that somebody typed must never seem to have counted: with `current_chat` it is refused, not ignored. */
function refusePhoneBesideCurrentChat(body: unknown): void {
  const recipient = fieldOf(body, "recipient");
  const hasPhone = fieldOf(recipient, "phone") !== undefined || fieldOf(body, "phone") !== undefined;
  if (fieldOf(recipient, "type") === "current_chat" && hasPhone) {
    throw new AppError(
      "invalid",
      "recipient_phone_not_allowed",
      "A call for the current chat reaches the customer of that chat; a phone number cannot come with it.",
      {
        gate: "recipient",
        hint: 'Leave the phone out, or send {"type": "external_recipient", "phone": …} if that is granted.',
      },
    );
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function parse(schema: z.ZodType, value: unknown, place: "body" | "query"): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  const issues = parsed.error.issues.map((issue) => ({
    pointer: `/${issue.path.map((key) => String(key).replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`,
    code: issue.code,
    message: issue.message,
  }));
  throw invalid(place, issues);
}

function invalid(place: "body" | "query", issues: readonly Issue[]): AppError {
  const [first] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return new AppError(
    "invalid",
    "invalid_request",
    `The ${place} is not as expected at ${first?.pointer}: ${first?.message}${more}`,
    { issues },
  );
}

/** Without recursion, since depth is what is in question. */
function isWithinDepth(value: unknown, maxDepth: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= maxDepth; depth++) {
    level = level.flatMap((item) =>
      typeof item === "object" && item !== null ? (Object.values(item) as unknown[]) : [],
    );
    if (level.length === 0) {
      return true;
    }
  }
  return false;
}
