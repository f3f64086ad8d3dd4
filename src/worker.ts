/** The doors of the Worker. Wiring only: what happens behind them is in the rooms below. */
import { Chat } from "./agent/chats/chat.object.ts";
import { app } from "./app.ts";
import { createBase } from "./context.ts";
import { registerFirstPartyPlugins } from "./plugins/in-process/index.ts";
import { firstPartyPlugins } from "./toolkits/index.ts";

registerFirstPartyPlugins(firstPartyPlugins);

/** One conversation; all that it needs from here is how a context is built. */
export class ChatObject extends Chat {
  protected override createBase() {
    return createBase(this.env, this.ctx);
  }
}

export { BudgetObject } from "./tenancy/budgets/budget.object.ts";

export default {
  fetch: (request, env, execution) => app.fetch(request, env, execution),
  // Loaded at their first event: what a tool call does not need costs no start-up time.
  queue: async (batch, env, execution) => (await import("./queues.ts")).consumeQueue(batch, env, execution),
  scheduled: async (event, env, execution) => (await import("./crons.ts")).runCron(event, env, execution),
} satisfies ExportedHandler<Env, unknown>;
