import type { Ctx } from "../../access/context.ts";
import type { EventMessage } from "../../contract/events.ts";

/** Messages of one `sendBatch`; the queue takes a hundred. */
const BATCH = 100;

/** Enqueues deliveries that are due. What the queue refuses is found by the next tick, so this never throws. */
export async function sendEventWork(
  { events, log }: Pick<Ctx, "events" | "log">,
  messages: readonly EventMessage[],
): Promise<void> {
  for (let start = 0; start < messages.length; start += BATCH) {
    try {
      await events.sendBatch(messages.slice(start, start + BATCH).map((body) => ({ body })));
    } catch (error) {
      log.error("event_work_not_sent", { error, count: messages.length - start });
      return;
    }
  }
}
