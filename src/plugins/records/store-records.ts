import type { Ctx } from "../../access/context.ts";
import type { RecordMessage } from "../../contract/records.ts";
import { toolCall } from "../../db/schema/index.ts";
import { INSERT_ROWS } from "./limits.ts";

/** Inserts records, each once however often it is delivered: the call's id is the key. */
export async function storeRecordRows({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: readonly RecordMessage[];
}): Promise<void> {
  const statements = [];
  for (let start = 0; start < input.length; start += INSERT_ROWS) {
    const rows = input.slice(start, start + INSERT_ROWS).map(({ type: _type, ...row }) => row);
    statements.push(ctx.db.insert(toolCall).values(rows).onConflictDoNothing());
  }
  const [first, ...rest] = statements;
  if (first) {
    await ctx.db.batch([first, ...rest]);
  }
}
