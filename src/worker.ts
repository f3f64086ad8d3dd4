/** The doors of the Worker. Wiring only: what happens behind them is in the rooms below. */
import { Chat } from "./agent/chats/chat.object.ts";
import { app } from "./app.ts";
import { registerDocumentSource } from "./channels/documents.ts";
import { createBase } from "./context.ts";
import { openReceipt, RECEIPT_SOURCE } from "./effects/receipts/index.ts";
import { registerFirstPartyPlugins } from "./plugins/in-process/index.ts";
import { firstPartyPlugins } from "./toolkits/index.ts";

registerFirstPartyPlugins(firstPartyPlugins);
registerDocumentSource(RECEIPT_SOURCE, ({ ctx, input: { source, instance } }) =>
  openReceipt({
    ctx,
    input: { id: source.slice(RECEIPT_SOURCE.length + 1), organizationId: instance.organizationId },
  }),
);

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
