import type { BudgetAnswer, BudgetNamespace } from "../../contract/budget.ts";

type Budget = {
  readonly namespace: BudgetNamespace;
  /** Names what is limited, unique in the deployment; the same name shares one count. */
  readonly name: string;
  readonly limitPerMinute: number;
  /** Epoch milliseconds. */
  readonly now: number;
};

/** Takes one call out of a rate limit; one hop to its Durable Object. Rejects when the object cannot be reached. */
export function takeFromBudget({ namespace, name, limitPerMinute, now }: Budget): Promise<BudgetAnswer> {
  return namespace.getByName(name).take({ limitPerMinute, now });
}
