import type { CtxBase } from "../../access/context.ts";
import type { SendOutcome } from "../../channels/channel.ts";
import { capabilitiesOf, deliver } from "../../channels/deliver.ts";
import type { InstanceRow } from "../../tenancy/instances/index.ts";
import { SEND_BACKOFF_MS, SEND_TRIES } from "./limits.ts";
import { claim, type OutboxRow, readOpenOutbox, settle } from "./outbox.ts";

type Waiting = {
  readonly storage: DurableObjectStorage;
  readonly instance: InstanceRow;
  /** E.164. */
  readonly to: string;
  readonly lastInboundAt: number;
  /** Called for each message that has gone out, before the next is sent. */
  readonly onSent: (seq: number) => Promise<void>;
  /** What this object is sending at this moment; kept in memory, so that it dies with what it speaks of. */
  readonly inFlight: Set<number>;
};

/**
 * Sends what waits, in order, each message at most once: it is claimed in storage before it leaves. A message that was
 * claimed when the object died may have left, so it is sent again only where that does no harm. Ends early when the
 * provider has no room; the rest goes out later, in order.
 */
export async function sendWaiting({ ctx, input }: { ctx: CtxBase; input: Waiting }): Promise<void> {
  const { sql } = input.storage;
  for (const { seq } of readOpenOutbox(sql)) {
    const row = readOpenOutbox(sql).find((open) => open.seq === seq);
    if (row === undefined || input.inFlight.has(seq)) {
      continue; // a person's message and a turn's reply may be sent side by side
    }
    if (row.state === "sending" && !capabilitiesOf(input.instance).canRepeatSend) {
      settle(sql, seq, { state: "unknown", errorCode: "interrupted" });
      continue;
    }
    const outcome = await sendOne(ctx, input, row);
    note(ctx, sql, row, outcome);
    if (outcome.state === "sent") {
      await input.onSent(seq);
    }
    if (outcome.state === "busy") {
      return;
    }
  }
}

async function sendOne(ctx: CtxBase, input: Waiting, row: OutboxRow): Promise<SendOutcome> {
  const { storage, instance, to, lastInboundAt, inFlight } = input;
  claim(storage.sql, row.seq);
  inFlight.add(row.seq);
  try {
    // The claim must outlive us before anything leaves.
    await storage.sync();
    return await deliver({ ctx, input: { instance, to, message: row.message, lastInboundAt } });
  } catch (error) {
    ctx.log.error("delivery_failed", { instanceId: instance.id, error });
    return { state: "failed", errorCode: "delivery_failed" };
  } finally {
    inFlight.delete(row.seq);
  }
}

function note(ctx: CtxBase, sql: SqlStorage, { seq, tries }: OutboxRow, outcome: SendOutcome): void {
  const attempt = tries + 1;
  if (outcome.state === "busy" && attempt < SEND_TRIES) {
    const dueAt = ctx.clock.now() + SEND_BACKOFF_MS * 2 ** tries;
    settle(sql, seq, { state: "waiting", errorCode: outcome.errorCode, dueAt });
    return;
  }
  settle(sql, seq, outcome.state === "busy" ? { ...outcome, state: "failed" } : outcome);
}
