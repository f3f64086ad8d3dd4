import type { OrgCtx } from "../../access/context.ts";
import type { ChatRequest } from "../../contract/chat-completions.ts";
import { AppError } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { reserveDailyTokens, settleDailyTokens, takeFromBudget } from "../../tenancy/budgets/index.ts";
import type { KnownGatewayKey } from "../../tenancy/keys/index.ts";
import { ANSWER_TOKENS_HELD, CHARACTERS_PER_TOKEN } from "./limits.ts";

/** Tells what a request used, in the place of what was held for it. Null for "nobody said": what was held counts. */
export type SettleTokens = (tokens: number | null) => void;

/**
 * Takes a request out of its key's caps. Throws `requests_per_minute` or `tokens_per_day` (429). The day's cap lets
 * requests in while any tokens are left that are neither used nor held, so side by side requests cannot pass it
 * together; the last one in may use more than was left.
 */
export async function holdCaps(
  ctx: OrgCtx,
  key: KnownGatewayKey | null,
  request: ChatRequest,
  requestCharacters: number,
): Promise<SettleTokens> {
  if (key === null || (key.requestsPerMinute === null && key.tokensPerDay === null)) {
    return () => undefined;
  }
  const budget = { namespace: ctx.budgets, name: `gateway_key:${key.id}` };
  const now = ctx.clock.now();
  if (key.requestsPerMinute !== null) {
    const taken = await takeFromBudget({ ...budget, limitPerMinute: key.requestsPerMinute, now });
    if (!taken.allowed) {
      const limit = `${key.requestsPerMinute} requests per minute`;
      throw overCap("requests_per_minute", limit, taken.retryAfterSeconds);
    }
  }
  if (key.tokensPerDay === null) {
    return () => undefined;
  }
  const id = newId("completion");
  const tokens = estimateTokens(request, requestCharacters);
  const held = await reserveDailyTokens({ ...budget, id, tokens, tokensPerDay: key.tokensPerDay, now });
  if (!held.allowed) {
    throw overCap("tokens_per_day", `${key.tokensPerDay} tokens per day`, held.retryAfterSeconds);
  }
  let isSettled = false;
  return (used) => {
    if (!isSettled) {
      isSettled = true;
      ctx.background(settleDailyTokens({ ...budget, id, tokens: used ?? tokens }));
    }
  };
}

function estimateTokens(request: ChatRequest, requestCharacters: number): number {
  const asked = request["max_completion_tokens"] ?? request["max_tokens"];
  const answer = typeof asked === "number" && asked > 0 ? Math.ceil(asked) : ANSWER_TOKENS_HELD;
  return Math.ceil(requestCharacters / CHARACTERS_PER_TOKEN) + answer;
}

function overCap(code: string, limit: string, retryAfterSeconds: number): AppError {
  return new AppError(
    "rate_limited",
    code,
    `Rate limit reached for this gateway key: ${limit}. Please try again in ${retryAfterSeconds}s.`,
    { retryAfterSeconds },
  );
}
