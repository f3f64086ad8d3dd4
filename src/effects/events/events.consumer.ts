import type { Ctx } from "../../access/context.ts";
import { EventMessage } from "../../contract/events.ts";
import { deliverEvent } from "./deliver-event.ts";

/** Longest pause before a message is tried again. Its row is found by the tick in any case. */
const RETRY_MAX_SECONDS = 300;

/** The `events` queue. A target that fails is a row's matter; a message fails only when we do. */
export async function deliverEvents(batch: MessageBatch<unknown>, ctx: Ctx): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      try {
        await deliverEvent({ ctx, input: EventMessage.parse(message.body) });
        message.ack();
      } catch (error) {
        ctx.log.error("event_work_failed", { messageId: message.id, attempts: message.attempts, error });
        message.retry({ delaySeconds: Math.min(2 ** message.attempts, RETRY_MAX_SECONDS) });
      }
    }),
  );
}
