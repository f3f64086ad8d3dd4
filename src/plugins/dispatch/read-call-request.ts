import { readBodyText } from "../../http/read-body.ts";
import { AppError, type Issue } from "../../kernel/errors.ts";
import { REQUEST_MAX_BYTES } from "./limits.ts";

export type CallRequest = {
  readonly input: Readonly<Record<string, unknown>>;
  readonly customer: Customer | null;
};

/** Whom the call is for: a number in E.164, or a chat of the instance. */
export type Customer = { readonly phone: string } | { readonly chatId: string };

/** E.164 (ITU-T): a plus, then at most 15 digits that do not start with zero. */
const E164 = /^\+[1-9][0-9]{6,14}$/;

/** `application/json`, a structured suffix (RFC 6839) included, whatever its parameters. */
const JSON_MEDIA_TYPE = /^application\/([\w.-]+\+)?json *(;|$)/i;

/**
 * The body of a tool call: `{input, customer?: {phone} | {chatId}}`. Checked by hand because a schema library would be the
 * most expensive step of the hot path. Throws `unsupported_media_type`, `body_too_large`, `malformed_json`,
 * `invalid_request`.
 */
export async function readCallRequest(request: Request): Promise<CallRequest> {
  if (!JSON_MEDIA_TYPE.test(request.headers.get("content-type") ?? "")) {
    throw new AppError("unsupported", "unsupported_media_type", "The body must be JSON.", {
      hint: "Send `Content-Type: application/json`.",
    });
  }
  const text = await readBodyText(request, REQUEST_MAX_BYTES);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new AppError("malformed", "malformed_json", "The body is not valid JSON.", {
      hint: 'Send {"input": {…}} with `Content-Type: application/json`.',
    });
  }
  const issues: Issue[] = [];
  const { input, customer: named } = isObject(body) ? body : {};
  if (!isObject(body)) {
    issues.push({ pointer: "", code: "type", message: "must be an object" });
  } else if (!isObject(input)) {
    issues.push({ pointer: "/input", code: "type", message: "must be an object with the tool's input" });
  }
  const customer = readCustomer(named, issues);
  if (issues.length > 0 || !isObject(input)) {
    throw new AppError(
      "invalid",
      "invalid_request",
      `The body is not as expected: ${issues[0]?.pointer} ${issues[0]?.message}.`,
      {
        issues,
      },
    );
  }
  return { input, customer };
}

function readCustomer(customer: unknown, issues: Issue[]): Customer | null {
  if (customer === undefined || customer === null) {
    return null;
  }
  const { phone, chatId } = isObject(customer) ? customer : {};
  if (chatId !== undefined) {
    if (typeof chatId !== "string" || phone !== undefined) {
      issues.push({
        pointer: "/customer",
        code: "one_of",
        message: "must have a phone or a chatId, as text",
      });
      return null;
    }
    return { chatId };
  }
  if (typeof phone !== "string" || !E164.test(phone)) {
    issues.push({
      pointer: "/customer/phone",
      code: "format",
      message: "must be a number in E.164, such as +254700000000",
    });
    return null;
  }
  return { phone };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
