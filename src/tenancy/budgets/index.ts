export { takeFromBudget } from "./take-from-budget.ts";
