/** The times by which the platform decides that something is due, over or abandoned. */
const TIMES: Readonly<Record<string, readonly string[]>> = {
  payment: ["created_at", "expires_at", "next_check_at", "follow_up_at"],
  refund: ["created_at", "next_check_at", "follow_up_at"],
  idempotency_key: ["lease_until"],
  event_delivery: ["next_attempt_at"],
  scheduled_message: ["wall_clock", "send_at", "due_at"],
};

/** A D1 database, or its file while the platform is not running. */
type Rows = { readonly prepare: (statement: string) => { readonly run: () => unknown } };

/** Makes what is stored older: to a row, that is the same as a clock which has moved on. */
export async function ageRows(db: Rows, ms: number): Promise<void> {
  for (const [table, columns] of Object.entries(TIMES)) {
    const changes = columns.map((column) => `${column} = ${column} - ${ms}`).join(", ");
    await db.prepare(`UPDATE ${table} SET ${changes}`).run();
  }
}
