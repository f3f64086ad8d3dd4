import type { Ctx } from "../../access/context.ts";
import type { WorkMessage } from "../../contract/work.ts";
import { SEND_MESSAGES } from "./limits.ts";

type Due = { readonly organizationId: string; readonly id: string; readonly dueAt: number };

/** Enqueues rows for the moment at which they are due. What the queue refuses is found by the next tick: never throws. */
export async function sendWork(
  { work, log, clock }: Pick<Ctx, "work" | "log" | "clock">,
  type: Extract<WorkMessage["type"], `obligation${string}`>,
  due: readonly Due[],
): Promise<void> {
  const now = clock.now();
  for (let start = 0; start < due.length; start += SEND_MESSAGES) {
    const messages = due.slice(start, start + SEND_MESSAGES).map(({ organizationId, id, dueAt }) => ({
      body: { type, organizationId, id },
      delaySeconds: Math.max(0, Math.ceil((dueAt - now) / 1_000)),
    }));
    try {
      await work.sendBatch(messages);
    } catch (error) {
      log.error("obligation_work_not_sent", { type, count: due.length - start, error });
      return;
    }
  }
}
