import { getTableName } from "drizzle-orm";
import type { AnySQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Ctx } from "../../access/context.ts";

/** A column of sealed texts, as the feature that owns its table declares it. The table's key is `id`. */
export type SealedColumn = {
  readonly column: AnySQLiteColumn;
  /** What the value of the row with this id is sealed for. */
  readonly purpose: (id: string) => string;
  /** For a column that copies what a Durable Object holds: the object comes first, and the copy follows it. */
  readonly original?: {
    /** Names the object. */
    readonly column: AnySQLiteColumn;
    /** Has the object seal its value again; answers the object's new text, or null when it holds none. */
    readonly reseal: (ctx: Pick<Ctx, "chats">, name: string) => Promise<string | null>;
  };
};

/** `<table>.<column>`, for people. */
export function nameOf(column: AnySQLiteColumn): string {
  return `${getTableName(column.table)}.${column.name}`;
}
