/** The doors of the Worker. Wiring only: what happens behind them is in the rooms below. */
import { app } from "./app.ts";
import { registerFirstPartyPlugins } from "./plugins/in-process/index.ts";
import { firstPartyPlugins } from "./toolkits/index.ts";

registerFirstPartyPlugins(firstPartyPlugins);

export { BudgetObject } from "./tenancy/budgets/budget.object.ts";

export default {
  fetch: (request, env, execution) => app.fetch(request, env, execution),
  // Loaded at their first event: what a tool call does not need costs no start-up time.
  queue: async (batch, env, execution) => (await import("./queues.ts")).consumeQueue(batch, env, execution),
  scheduled: async (event, env, execution) => (await import("./crons.ts")).runCron(event, env, execution),
} satisfies ExportedHandler<Env, unknown>;
