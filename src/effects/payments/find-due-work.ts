import { asc, lte } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Ctx } from "../../access/context.ts";
import type { WorkMessage, WorkType } from "../../contract/work.ts";
import { payment, refund, sandboxCharge } from "../../db/schema/index.ts";
import { SWEEP_AHEAD_MS, SWEEP_ROWS } from "./limits.ts";

/** The most that a queue takes in one go. */
const SEND_MESSAGES = 100;

type Due = {
  readonly type: WorkType;
  readonly table: SQLiteTable & { id: SQLiteColumn; organizationId: SQLiteColumn };
  /** When the row is due; indexed where it is not null. */
  readonly dueAt: SQLiteColumn;
};

const DUE: readonly Due[] = [
  { type: "payment.check", table: payment, dueAt: payment.nextCheckAt },
  { type: "payment.settled", table: payment, dueAt: payment.followUpAt },
  { type: "refund.check", table: refund, dueAt: refund.nextCheckAt },
  { type: "refund.settled", table: refund, dueAt: refund.followUpAt },
  { type: "sandbox.callback", table: sandboxCharge, dueAt: sandboxCharge.callbackAt },
];

/**
 * Enqueues what is due until the next tick, by index and a bounded number of rows: whatever message was lost, its row
 * is found again. Consumers claim the row, so one that is enqueued twice is done once. Returns how many it sent.
 */
export async function findDueWork({ ctx }: { ctx: Ctx }): Promise<number> {
  const now = ctx.clock.now();
  let sent = 0;
  for (const { type, table, dueAt } of DUE) {
    const rows = (await ctx.db
      .select({ id: table.id, organizationId: table.organizationId, dueAt })
      .from(table)
      .where(lte(dueAt, now + SWEEP_AHEAD_MS))
      .orderBy(asc(dueAt))
      .limit(SWEEP_ROWS)) as { id: string; organizationId: string; dueAt: number }[];
    const messages = rows.map((row) => ({
      body: { type, organizationId: row.organizationId, id: row.id } satisfies WorkMessage,
      delaySeconds: Math.max(0, Math.ceil((row.dueAt - now) / 1_000)),
    }));
    for (let start = 0; start < messages.length; start += SEND_MESSAGES) {
      await ctx.work.sendBatch(messages.slice(start, start + SEND_MESSAGES));
    }
    sent += messages.length;
  }
  return sent;
}
