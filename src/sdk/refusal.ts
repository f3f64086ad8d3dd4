/** Why a call was not handed to its tool, and what the caller hears about it. */

/** Which check of the platform token failed. For the plugin's own log only. */
export type TokenProblem =
  | "missing_token"
  | "malformed_token"
  | "wrong_algorithm"
  | "wrong_signature"
  | "wrong_audience"
  | "wrong_issuer"
  | "expired"
  | "not_yet_valid"
  | "missing_claim"
  | "altered_body"
  | "wrong_tool"
  | "wrong_context";

export type RefusalCode =
  | "invalid_token"
  | "not_configured"
  | "not_found"
  | "method_not_allowed"
  | "too_large"
  | "invalid_request"
  | "unknown_tool"
  | "invalid_input";

/** Handed to `onRefusal`. `reason` says more than the answer does. */
export type Refusal = {
  readonly code: RefusalCode;
  readonly reason: RefusalCode | TokenProblem;
  readonly status: number;
  /** What the caller is told. */
  readonly message: string;
};

const STATUS = {
  invalid_token: 401,
  not_configured: 503,
  not_found: 404,
  method_not_allowed: 405,
  too_large: 413,
  invalid_request: 400,
  unknown_tool: 404,
  invalid_input: 422,
} as const satisfies Record<RefusalCode, number>;

export function refusal(code: Exclude<RefusalCode, "invalid_token">, message: string): Refusal {
  return { code, reason: code, status: STATUS[code], message };
}

/** The same answer for every problem, so that nobody can feel their way to a valid token. */
export function tokenRefusal(problem: TokenProblem): Refusal {
  const message = "The platform token of this call is not valid.";
  return { code: "invalid_token", reason: problem, status: STATUS.invalid_token, message };
}
