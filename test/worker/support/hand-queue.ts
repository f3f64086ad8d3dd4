/** The `work` queue in the test's own hands: the platform's ticks and consumers, and messages that come when told. */
import { env } from "cloudflare:workers";
import type { Ctx } from "../../../src/access/context.ts";
import { createPlatformContext } from "../../../src/context.ts";
import type { WorkMessage } from "../../../src/contract/work.ts";
import { enqueueDueObligations } from "../../../src/effects/obligations/obligations.job.ts";
import { enqueueDueSchedules } from "../../../src/effects/schedule/find-due-schedules.job.ts";
import { consumeQueue } from "../../../src/queues.ts";

const MINUTE_MS = 60_000;
const EXECUTION = { waitUntil: () => undefined };

type Batched = { readonly body: WorkMessage; readonly delaySeconds?: number };

/** How often each message comes, by turns: 0 is lost. */
type Delivery = { readonly fates: readonly number[]; readonly isReversed: boolean };

export class HandQueue {
  #pending: { readonly body: WorkMessage; readonly visibleAt: number }[] = [];

  /** The platform, whose work comes here; its events and records go nowhere. */
  get platform(): Ctx {
    return createPlatformContext(this.#env, EXECUTION, "cron");
  }

  /** What of the minute's tick sends messages. */
  async tick(): Promise<void> {
    await enqueueDueSchedules(this.platform);
    await enqueueDueObligations(this.platform);
  }

  /** Hands the consumer what is visible by the clock, in one batch. Tells of each row before. */
  async deliver(
    { fates, isReversed }: Delivery = { fates: [1], isReversed: false },
    tell: (id: string) => void = () => undefined,
  ): Promise<void> {
    const now = Date.now();
    const visible = this.#pending.filter(({ visibleAt }) => visibleAt <= now);
    this.#pending = this.#pending.filter(({ visibleAt }) => visibleAt > now);
    const copies = visible.flatMap(({ body }, index) =>
      Array.from({ length: fates[index % fates.length] ?? 1 }, () => body),
    );
    const messages = (isReversed ? copies.toReversed() : copies).map((body, index) => ({
      id: String(index),
      timestamp: new Date(now),
      attempts: 1,
      body,
      ack: () => undefined,
      retry: () => this.#put(body, MINUTE_MS / 1_000),
    }));
    for (const { body } of messages) {
      tell(body.id);
    }
    const batch = { queue: "kivuko-work", messages, ackAll: () => undefined, retryAll: () => undefined };
    await consumeQueue(batch as never, this.#env, EXECUTION);
  }

  #put(body: WorkMessage, delaySeconds = 0): void {
    this.#pending.push({ body, visibleAt: Date.now() + delaySeconds * 1_000 });
  }

  get #env(): Env {
    const WORK = {
      send: async (body: WorkMessage, options?: Omit<Batched, "body">) =>
        this.#put(body, options?.delaySeconds),
      sendBatch: async (batch: readonly Batched[]) => {
        for (const { body, delaySeconds } of batch) {
          this.#put(body, delaySeconds);
        }
      },
    };
    const nothing = { send: async () => undefined, sendBatch: async () => undefined };
    return { ...env, WORK, EVENTS: nothing, RECORDS: nothing } as never;
  }
}
