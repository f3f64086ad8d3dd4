import type { Ctx } from "../../access/context.ts";
import { keepDeadLetter } from "./keep-dead-letter.ts";

/** The dead-letter queue: each message becomes a row that a person can see, replay or discard. */
export async function keepDeadLetters(batch: MessageBatch<unknown>, ctx: Ctx): Promise<void> {
  for (const message of batch.messages) {
    await keepDeadLetter({
      ctx,
      input: { queue: batch.queue.replace(/-dead$/, ""), messageId: message.id, body: message.body },
    });
    message.ack();
  }
}
