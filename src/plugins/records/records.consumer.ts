import type { Ctx } from "../../access/context.ts";
import { RecordMessage } from "../../contract/records.ts";
import { storeRecordRows } from "./store-records.ts";

/**
 * The `records` queue: everything readable is stored in one batch and acknowledged. A body that cannot be read is
 * retried until it lands in the dead-letter list, where a person sees it.
 */
export async function storeRecords(batch: MessageBatch<unknown>, ctx: Ctx): Promise<void> {
  const readable: { message: Message<unknown>; record: RecordMessage }[] = [];
  for (const message of batch.messages) {
    const parsed = RecordMessage.safeParse(message.body);
    if (parsed.success) {
      readable.push({ message, record: parsed.data });
    } else {
      ctx.log.error("record_unreadable", { messageId: message.id, attempts: message.attempts });
      message.retry();
    }
  }
  try {
    await storeRecordRows({ ctx, input: readable.map(({ record }) => record) });
  } catch (error) {
    ctx.log.error("records_not_stored", { error, count: readable.length });
    for (const { message } of readable) {
      message.retry({ delaySeconds: Math.min(2 ** message.attempts, 300) });
    }
    return;
  }
  for (const { message } of readable) {
    message.ack();
  }
}
