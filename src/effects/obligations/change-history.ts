import { sql } from "drizzle-orm";
import type { Db } from "../../db/client.ts";
import { obligationChange } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import type { ObligationRow } from "./obligation-row.ts";

type Change = {
  readonly what: (typeof obligationChange.$inferSelect)["what"];
  readonly reason: string | null;
  /** Epoch ms. */
  readonly now: number;
};

/**
 * A line of an obligation's history, written only if the statement right before it in the batch changed a row. The
 * selected values stand in the order of the table's columns.
 */
export function noteChange(
  db: Db,
  { id, organizationId, round }: ObligationRow,
  { what, reason, now }: Change,
) {
  return db
    .insert(obligationChange)
    .select(
      sql`select ${newId("obligationChange")}, ${organizationId}, ${id}, ${round}, ${what}, ${reason}, ${now} where changes() > 0`,
    );
}
