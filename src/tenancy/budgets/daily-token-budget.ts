import type { BudgetAnswer, BudgetNamespace } from "../../contract/budget.ts";

type Budget = {
  readonly namespace: BudgetNamespace;
  /** Names what is limited, unique in the deployment. */
  readonly name: string;
  /** Names the request. */
  readonly id: string;
  readonly tokens: number;
};

/** Lets a request in if its day (UTC) has `tokens` left, and holds them for it until they are settled. */
export function reserveDailyTokens({
  namespace,
  name,
  ...input
}: Budget & {
  readonly tokensPerDay: number;
  /** Epoch milliseconds. */
  readonly now: number;
}): Promise<BudgetAnswer> {
  return namespace.getByName(name).reserveTokens(input);
}

/** Puts the tokens that a request did use in the place of those that were held for it. */
export function settleDailyTokens({ namespace, name, ...input }: Budget): Promise<void> {
  return namespace.getByName(name).settleTokens(input);
}
