/** The face of the Durable Object that counts against a limit: calls in a minute, tokens in a day. */

export type BudgetAnswer =
  | { readonly allowed: true; readonly remaining: number }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

export type BudgetRpc = {
  /** Takes one call out of a budget of `limitPerMinute`; `now` in epoch milliseconds. */
  take(input: { readonly limitPerMinute: number; readonly now: number }): Promise<BudgetAnswer>;
  /**
   * Lets a request in if the day (UTC) has the tokens that it may use, and holds them until `settleTokens` says what it
   * did use. `id` names the request.
   */
  reserveTokens(input: {
    readonly id: string;
    readonly tokens: number;
    readonly tokensPerDay: number;
    readonly now: number;
  }): Promise<BudgetAnswer>;
  /** Puts what was used in the place of what was held. A second time changes nothing. */
  settleTokens(input: { readonly id: string; readonly tokens: number }): Promise<void>;
};

/** The part of a Durable Object namespace that callers need. */
export type BudgetNamespace = { getByName(name: string): BudgetRpc };
