import { getTableColumns, type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Ctx } from "../../access/context.ts";
import type { RecordMessage } from "../../contract/records.ts";
import { bridgeCall, delivery, toolCall, usageEvent } from "../../db/schema/index.ts";
import { INSERT_ROWS } from "./limits.ts";

const TABLES = {
  tool_calls: toolCall,
  bridge_calls: bridgeCall,
  deliveries: delivery,
  usage: usageEvent,
} as const;

/** How a call that waited for an approval has ended, whichever of its two records comes first. */
const ENDED_CALL = {
  target: toolCall.id,
  set: Object.fromEntries(
    (["status", "gate", "errorCode", "httpStatus", "latencyMs", "attempts", "output"] as const).map(
      (name) => [name, sql`excluded.${sql.identifier(toolCall[name].name)}`],
    ),
  ),
  setWhere: sql`${toolCall.status} = 'pending_approval' and excluded.status <> 'pending_approval'`,
};

/** The latest decision about a message counts, whichever comes first. */
const LATER_DECISION = {
  target: delivery.id,
  set: Object.fromEntries(
    (["decision", "reason", "until", "decidedAt"] as const).map((name) => [
      name,
      sql`excluded.${sql.identifier(delivery[name].name)}`,
    ]),
  ),
  setWhere: sql`excluded.decided_at >= ${delivery.decidedAt}`,
};

/** Each column from the JSON field of its own name, in the order of the table's columns. */
function fieldsOf(table: SQLiteTable): SQL {
  const names = Object.keys(getTableColumns(table));
  return sql.join(
    names.map((name) => sql.raw(`value ->> '$.${name}'`)),
    sql.raw(", "),
  );
}

/**
 * Inserts records, each once however often it is delivered: its id is the key. Rows travel as one JSON parameter
 * a statement; statements stand alone, so that a long batch does not hold the database.
 */
export async function storeRecordRows({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: readonly RecordMessage[];
}): Promise<void> {
  for (const type of ["tool_calls", "bridge_calls", "deliveries", "usage"] as const) {
    const table = TABLES[type];
    const rows = input.flatMap((message) =>
      message.type === type
        ? message.records.map((record) => ({ organizationId: message.organizationId, ...record }))
        : [],
    );
    for (let start = 0; start < rows.length; start += INSERT_ROWS) {
      const json = JSON.stringify(rows.slice(start, start + INSERT_ROWS));
      const insert = ctx.db
        .insert(table)
        .select(sql`select ${fieldsOf(table)} from json_each(${json}) where true`);
      if (type === "tool_calls") {
        await insert.onConflictDoUpdate(ENDED_CALL);
      } else if (type === "deliveries") {
        await insert.onConflictDoUpdate(LATER_DECISION);
      } else {
        await insert.onConflictDoNothing();
      }
    }
  }
}
