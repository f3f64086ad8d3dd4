import { eq, inArray, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { CtxBase } from "../../access/context.ts";
import type { PaymentAttention } from "../../contract/payment-words.ts";
import { payment, paymentEvent, refund } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import { redactToText } from "../../kernel/redact.ts";
import { EVENT_BODY_MAX_BYTES } from "./limits.ts";

const CODE_CHARACTERS = 100;

type EventInput = {
  readonly organizationId: string;
  readonly paymentId: string;
  /** Set when it is about a refund. */
  readonly refundId: string | null;
  readonly source: "answer" | "callback" | "query";
  /** The same news has the same key, and is one event that was seen twice. */
  readonly eventKey: string;
  readonly outcome: string;
  readonly providerCode: string;
  /** From which states to which one it moves; null when it moves nothing. */
  readonly move: { readonly from: readonly string[]; readonly to: string } | null;
  readonly doubt: PaymentAttention | null;
  /** What came in. */
  readonly body: unknown;
  readonly now: number;
};

/**
 * The statement that keeps a provider's word, to stand before the change in one batch: it reads the state as it is
 * then, so the log cannot tell anything but what happened.
 */
export function recordEvent({ db }: Pick<CtxBase, "db">, event: EventInput) {
  const [table, id]: [SQLiteTable & { id: SQLiteColumn; state: SQLiteColumn }, string] =
    event.refundId === null ? [payment, event.paymentId] : [refund, event.refundId];
  const after: SQL =
    event.move === null
      ? sql`${table.state}`
      : sql`case when ${inArray(table.state, [...event.move.from])} then ${event.move.to} else ${table.state} end`;
  const body = event.body === null ? null : redactToText(event.body, { maxBytes: EVENT_BODY_MAX_BYTES });
  // In the order of the table's columns.
  return db
    .insert(paymentEvent)
    .select(
      sql`select ${newId("paymentEvent")}, ${event.organizationId}, ${event.paymentId}, ${event.refundId},
                 ${event.source}, ${event.eventKey}, ${event.outcome}, ${event.providerCode.slice(0, CODE_CHARACTERS)},
                 ${table.state}, ${after}, ${event.doubt}, ${body}, 1, ${event.now}, ${event.now}
          from ${table} where ${eq(table.id, id)}`,
    )
    .onConflictDoUpdate({
      target: [paymentEvent.paymentId, paymentEvent.eventKey],
      set: { seen: sql`${paymentEvent.seen} + 1`, lastSeenAt: event.now },
    });
}
