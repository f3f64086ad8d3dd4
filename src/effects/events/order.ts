import { type SQL, sql } from "drizzle-orm";

/** The order in which deliveries were written, also within one millisecond. */
export const byInsertion: SQL = sql`event_delivery.rowid`;

/** True of a delivery when no earlier one of the same subject to the same target is still on its way. */
export function isFirstOfItsSubject(): SQL {
  // Names in full: Drizzle leaves the table's name out where there is one table only, which here would be the inner one.
  return sql.raw(`not exists (select 1 from event_delivery earlier where earlier.target_id = event_delivery.target_id
    and earlier.subject_id = event_delivery.subject_id and earlier.state = 'pending'
    and earlier.rowid < event_delivery.rowid)`);
}
