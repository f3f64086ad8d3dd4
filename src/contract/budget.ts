/** The face of the Durable Object that counts calls against a rate limit. */

export type BudgetAnswer =
  | { readonly allowed: true; readonly remaining: number }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

export type BudgetRpc = {
  /** Takes one call out of a budget of `limitPerMinute`; `now` in epoch milliseconds. */
  take(input: { readonly limitPerMinute: number; readonly now: number }): Promise<BudgetAnswer>;
};

/** The part of a Durable Object namespace that callers need. */
export type BudgetNamespace = { getByName(name: string): BudgetRpc };
