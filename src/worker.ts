/** The doors of the Worker. Wiring only: what happens behind them is in the rooms below. */
import { ConversationObject } from "./agent/chats/conversation.object.ts";
import { app } from "./app.ts";
import { registerDocumentSource } from "./channels/documents.ts";
import { createBase } from "./context.ts";
import { RECEIPT_SOURCE } from "./contract/receipt-words.ts";
import { registerFirstPartyPlugins } from "./plugins/in-process/index.ts";

// Everything that is imported here in full costs start-up time in every isolate, so it is what a tool call needs. The
// rest is loaded at its first use; test/flow/start-up.test.ts holds the line.
registerFirstPartyPlugins(async () => (await import("./toolkits/index.ts")).firstPartyPlugins);
registerDocumentSource(RECEIPT_SOURCE, async ({ ctx, input: { source, instance } }) => {
  const { openReceipt } = await import("./effects/receipts/index.ts");
  const id = source.slice(RECEIPT_SOURCE.length + 1);
  return openReceipt({ ctx, input: { id, organizationId: instance.organizationId } });
});

/** One conversation; all that it needs from here is how a context is built. */
export class ChatObject extends ConversationObject {
  protected override createBase() {
    return createBase(this.env, this.ctx);
  }
}

export { BudgetObject } from "./tenancy/budgets/budget.object.ts";

export default {
  fetch: (request, env, execution) => app.fetch(request, env, execution),
  queue: async (batch, env, execution) => (await import("./queues.ts")).consumeQueue(batch, env, execution),
  scheduled: async (event, env, execution) => (await import("./crons.ts")).runCron(event, env, execution),
} satisfies ExportedHandler<Env, unknown>;
