import { AppError, type ErrorKind } from "../../kernel/errors.ts";

const KINDS: Readonly<Record<number, ErrorKind>> = {
  401: "unauthenticated",
  403: "forbidden",
  404: "not_found",
  405: "not_found",
  409: "conflict",
  413: "too_large",
  415: "unsupported",
  422: "invalid",
  429: "rate_limited",
};

/**
 * The failure that better-auth's answer tells of, as ours, so that every answer of this API has one form: its code
 * in lower case, its message, and how long to wait. Null for an answer that is no failure.
 */
export async function readAccountProblem(response: Response): Promise<Error | null> {
  if (response.status < 400) {
    return null;
  }
  if (response.status >= 500) {
    return new Error(`better-auth answered ${response.status}.`);
  }
  const { code, message } = parse(await response.text());
  const kind = KINDS[response.status] ?? "malformed";
  const retryAfterSeconds = Number(response.headers.get("x-retry-after"));
  return new AppError(kind, kind === "rate_limited" ? "too_many_tries" : code, message, {
    ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
  });
}

function parse(text: string): { readonly code: string; readonly message: string } {
  const { code, message } = parseObject(text);
  return {
    code: typeof code === "string" ? code.toLowerCase() : "account_request_refused",
    message: typeof message === "string" ? message : "The account request was refused.",
  };
}

function parseObject(text: string): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
