import { getTableColumns, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import type { RecordMessage } from "../../contract/records.ts";
import { toolCall } from "../../db/schema/index.ts";
import { INSERT_ROWS } from "./limits.ts";

/** Each column from the JSON field of its own name, in the order of the table's columns. */
const FIELDS = sql.join(
  Object.keys(getTableColumns(toolCall)).map((name) => sql.raw(`value ->> '$.${name}'`)),
  sql.raw(", "),
);

/**
 * Inserts records, each once however often it is delivered: the call's id is the key. Rows travel as one JSON
 * parameter a statement; statements stand alone, so that a long batch does not hold the database.
 */
export async function storeRecordRows({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: readonly RecordMessage[];
}): Promise<void> {
  const rows = input.flatMap(({ organizationId, calls }) =>
    calls.map((call) => ({ organizationId, ...call })),
  );
  for (let start = 0; start < rows.length; start += INSERT_ROWS) {
    const json = JSON.stringify(rows.slice(start, start + INSERT_ROWS));
    await ctx.db
      .insert(toolCall)
      .select(sql`select ${FIELDS} from json_each(${json}) where true`)
      .onConflictDoNothing();
  }
}
