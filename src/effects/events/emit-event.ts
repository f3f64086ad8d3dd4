import type { BatchItem } from "drizzle-orm/batch";
import type { Ctx } from "../../access/context.ts";
import { type Happening, planEvents } from "./plan-events.ts";

export type { Happening } from "./plan-events.ts";

/**
 * Notes what happened, with a delivery for each target, in one batch, and sends the deliveries on their way. Emitted
 * again under the same key, nothing is added. For verbs that have checked their permission.
 */
export async function emitEvent({ ctx, input }: { ctx: Ctx; input: Happening }): Promise<void> {
  const { statements, send } = await planEvents({ ctx, input: [input] });
  await ctx.db.batch(statements as [BatchItem<"sqlite">, ...BatchItem<"sqlite">[]]);
  await send();
}
