/** Queue name -> what its messages are and who consumes them. Every queue has a dead letter that a person can see. */

import type { Ctx } from "./access/context.ts";
import { createPlatformContext } from "./context.ts";
import { keepDeadLetters } from "./plugins/records/dead-letters.consumer.ts";
import { storeRecords } from "./plugins/records/records.consumer.ts";

const CONSUMERS: Readonly<Record<string, (batch: MessageBatch<unknown>, ctx: Ctx) => Promise<void>>> = {
  "kivuko-records": storeRecords,
  "kivuko-records-dead": keepDeadLetters,
};

/** Hands the batch to its consumer. An unknown queue is a deployment fault: everything is retried, nothing is lost. */
export async function consumeQueue(
  batch: MessageBatch<unknown>,
  env: Env,
  execution: Pick<ExecutionContext, "waitUntil">,
): Promise<void> {
  const consume = CONSUMERS[batch.queue];
  if (consume === undefined) {
    throw new Error(`No consumer for the queue "${batch.queue}".`);
  }
  await consume(batch, createPlatformContext(env, execution, `queue:${batch.queue}`));
}
