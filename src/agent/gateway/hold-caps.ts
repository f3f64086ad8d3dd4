import type { OrgCtx } from "../../access/context.ts";
import type { ChatRequest } from "../../contract/chat-completions.ts";
import { AppError } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { reserveDailyTokens, settleDailyTokens, takeFromBudget } from "../../tenancy/budgets/index.ts";
import type { KnownGatewayKey } from "../../tenancy/keys/index.ts";
import { ANSWER_TOKENS_HELD, CHARACTERS_PER_TOKEN } from "./limits.ts";

const DAY_SECONDS = 24 * 60 * 60;

/** Tells what a request used, in the place of what was held for it. Null for "nobody said": what was held counts. */
export type SettleTokens = (tokens: number | null) => void;

/**
 * Takes a request out of its key's caps. Throws `requests_per_minute` or `tokens_per_day` (429). The day's cap lets a
 * request in if what it may use is left, neither used nor held by another, so requests side by side cannot pass it
 * together. What one uses beyond its estimate is known only afterwards, and counts then.
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
  if (tokens > key.tokensPerDay) {
    throw new AppError(
      "rate_limited",
      "tokens_per_day",
      `Request too large for this gateway key: it may use ${tokens} tokens, and the key has ${key.tokensPerDay} tokens per day. Send less, or set \`max_completion_tokens\` lower.`,
      { retryAfterSeconds: DAY_SECONDS },
    );
  }
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

/** What a request may use: its text by the rule of thumb, and for each of its answers the limit that it sets. */
function estimateTokens(request: ChatRequest, requestCharacters: number): number {
  const { n, max_completion_tokens: limit, max_tokens: olderLimit } = request;
  const asked = limit ?? olderLimit;
  const answer = typeof asked === "number" && asked > 0 ? Math.ceil(asked) : ANSWER_TOKENS_HELD;
  const answers = typeof n === "number" && n > 1 ? Math.ceil(n) : 1;
  return Math.ceil(requestCharacters / CHARACTERS_PER_TOKEN) + answers * answer;
}

function overCap(code: string, limit: string, retryAfterSeconds: number): AppError {
  return new AppError(
    "rate_limited",
    code,
    `Rate limit reached for this gateway key: ${limit}. Please try again in ${retryAfterSeconds}s.`,
    { retryAfterSeconds },
  );
}
