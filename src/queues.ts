/** Queue name -> what its messages are and who consumes them. Every queue has a dead letter that a person can see. */

import type { Ctx } from "./access/context.ts";
import { createPlatformContext } from "./context.ts";
import { WorkMessage, type WorkType } from "./contract/work.ts";
import { orderPayment, orderRefund } from "./effects/commerce/index.ts";
import { deliverEvents } from "./effects/events/events.consumer.ts";
import { paymentEvent, refundEvent } from "./effects/events/index.ts";
import { obligationWork } from "./effects/obligations/obligations.consumer.ts";
import { paymentWork } from "./effects/payments/payments.consumer.ts";
import { paymentReceipt, refundReceipt } from "./effects/receipts/index.ts";
import { scheduleWork, scheduleWorkTogether } from "./effects/schedule/schedule.consumer.ts";
import { keepDeadLetters } from "./plugins/records/dead-letters.consumer.ts";
import { storeRecords } from "./plugins/records/records.consumer.ts";

/** What each kind of message does. What follows the end of a payment or refund in other features is listed here. */
const WORK: Readonly<
  Record<WorkType, (call: { ctx: Ctx; input: Pick<WorkMessage, "organizationId" | "id"> }) => Promise<void>>
> = {
  ...paymentWork({
    payment: [paymentReceipt, paymentEvent, orderPayment],
    refund: [refundReceipt, refundEvent, orderRefund],
  }),
  ...obligationWork,
  ...scheduleWork,
};

type Together = (call: {
  ctx: Ctx;
  input: readonly Pick<WorkMessage, "organizationId" | "id">[];
}) => Promise<ReadonlyMap<string, unknown>>;

/** What is cheaper done with the others of its kind that came in the same batch. */
const TOGETHER: Partial<Record<WorkType, Together>> = scheduleWorkTogether;

/** Longest pause before a message is tried again. Its row is tried by the tick in any case. */
const RETRY_MAX_SECONDS = 300;

/** The `work` queue: whether done alone or together, a message that fails is tried again without the others. */
async function doWork(batch: MessageBatch<unknown>, ctx: Ctx): Promise<void> {
  const groups = Map.groupBy(batch.messages, ({ body }) => {
    const { data } = WorkMessage.safeParse(body);
    return data === undefined ? undefined : TOGETHER[data.type];
  });
  await Promise.all(
    [...groups].map(([verb, messages]) =>
      verb === undefined
        ? Promise.all(messages.map((message) => doOne(message, ctx)))
        : doTogether(verb, messages, ctx),
    ),
  );
}

async function doTogether(verb: Together, messages: readonly Message[], ctx: Ctx): Promise<void> {
  const rows = messages.map((message) => ({ message, row: WorkMessage.parse(message.body) }));
  try {
    const failures = await verb({ ctx, input: rows.map(({ row }) => row) });
    for (const { message, row } of rows) {
      if (failures.has(row.id)) {
        tryAgain(message, ctx, failures.get(row.id));
      } else {
        message.ack();
      }
    }
  } catch (error) {
    for (const message of messages) {
      tryAgain(message, ctx, error);
    }
  }
}

async function doOne(message: Message, ctx: Ctx): Promise<void> {
  try {
    const { type, ...input } = WorkMessage.parse(message.body);
    await WORK[type]({ ctx, input });
    message.ack();
  } catch (error) {
    tryAgain(message, ctx, error);
  }
}

function tryAgain(message: Message, ctx: Ctx, error: unknown): void {
  ctx.log.error("work_failed", { messageId: message.id, attempts: message.attempts, error });
  message.retry({ delaySeconds: Math.min(2 ** message.attempts, RETRY_MAX_SECONDS) });
}

const CONSUMERS: Readonly<Record<string, (batch: MessageBatch<unknown>, ctx: Ctx) => Promise<void>>> = {
  "kivuko-records": storeRecords,
  "kivuko-records-dead": keepDeadLetters,
  "kivuko-work": doWork,
  "kivuko-work-dead": keepDeadLetters,
  "kivuko-events": deliverEvents,
  "kivuko-events-dead": keepDeadLetters,
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
