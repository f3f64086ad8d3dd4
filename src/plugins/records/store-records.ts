import type { Ctx } from "../../access/context.ts";
import type { RecordMessage, ToolCallRecord, UsageRecord } from "../../contract/records.ts";
import { toolCall, usageEvent } from "../../db/schema/index.ts";
import { INSERT_ROWS } from "./limits.ts";

/** Inserts records, each once however often it is delivered: its id is the key. */
export async function storeRecordRows({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: readonly RecordMessage[];
}): Promise<void> {
  const calls = input.filter((record): record is ToolCallRecord => record.type === "tool_call");
  const usage = input.filter((record): record is UsageRecord => record.type === "usage");
  const statements = [
    ...inChunks(calls).map((rows) => ctx.db.insert(toolCall).values(rows).onConflictDoNothing()),
    ...inChunks(usage).map((rows) => ctx.db.insert(usageEvent).values(rows).onConflictDoNothing()),
  ];
  const [first, ...rest] = statements;
  if (first) {
    await ctx.db.batch([first, ...rest]);
  }
}

/** The rows of as many statements as it takes, without the word that told them apart on the queue. */
function inChunks<R extends RecordMessage>(records: readonly R[]): Omit<R, "type">[][] {
  const chunks: Omit<R, "type">[][] = [];
  for (let start = 0; start < records.length; start += INSERT_ROWS) {
    chunks.push(records.slice(start, start + INSERT_ROWS).map(({ type: _type, ...row }) => row));
  }
  return chunks;
}
