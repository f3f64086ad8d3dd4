import { sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { newId } from "../kernel/ids.ts";
import type { Db } from "./client.ts";
import { auditEntry } from "./schema/index.ts";

export type AuditInput = {
  readonly organizationId: string;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly requestId: string;
  readonly now: number;
  readonly action: string;
  readonly subjectType: string;
  readonly subjectId: string;
  readonly detail?: Record<string, unknown>;
};

/**
 * Runs the statements and the audit entry as one atomic D1 batch. The entry is written only if the statement
 * right before it changed a row, so put the guarded one last. D1 has no interactive transactions.
 *
 * @returns how many rows the last statement changed: 0 means that its guard did not match.
 */
export async function writeWithAudit(
  db: Db,
  audit: AuditInput,
  statements: readonly [...BatchItem<"sqlite">[], BatchItem<"sqlite">],
): Promise<number> {
  // Through the query builder, since Drizzle's D1 batch cannot bind the values of a raw statement. The selected
  // values stand in the order of the table's columns.
  const entry = db.insert(auditEntry).select(
    sql`select ${newId("audit")}, ${audit.organizationId}, ${audit.actor.kind}, ${audit.actor.id}, ${audit.action},
               ${audit.subjectType}, ${audit.subjectId}, ${JSON.stringify(audit.detail ?? {})}, ${audit.requestId}, ${audit.now}
        where changes() > 0`,
  );
  const results = await db.batch([...statements, entry] as unknown as [
    BatchItem<"sqlite">,
    ...BatchItem<"sqlite">[],
  ]);
  const guarded = results[statements.length - 1] as { meta?: { changes?: number } } | undefined;
  return guarded?.meta?.changes ?? 0;
}
