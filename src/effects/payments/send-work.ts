import type { CtxBase } from "../../access/context.ts";
import type { WorkMessage } from "../../contract/work.ts";

/** Sends a message whose row is written already: the tick finds what was not sent, so a failure is only logged. */
export async function sendWork(
  ctx: Pick<CtxBase, "work" | "log">,
  message: WorkMessage,
  delayMs = 0,
): Promise<void> {
  try {
    await ctx.work.send(message, { delaySeconds: Math.ceil(delayMs / 1_000) });
  } catch (error) {
    ctx.log.error("work_not_sent", { type: message.type, id: message.id, error });
  }
}
