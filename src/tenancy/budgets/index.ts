export { reserveDailyTokens, settleDailyTokens } from "./daily-token-budget.ts";
export { takeFromBudget } from "./take-from-budget.ts";
