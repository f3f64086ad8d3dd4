/** Column shapes that every table shares. Times are integer milliseconds since the epoch. */
import { type SQL, sql } from "drizzle-orm";
import { type AnySQLiteColumn, index, integer, text } from "drizzle-orm/sqlite-core";

export const id = () => text("id").primaryKey();
export const at = (name: string) => integer(name);
export const json = <T>(name: string) => text(name, { mode: "json" }).$type<T>();

/** What a sealed text starts with, `v1.<key id>.`: the master key that sealed it. */
export const sealedBy = (column: AnySQLiteColumn): SQL<string> =>
  sql<string>`${sql.join(partsOfPrefix(column), sql`,`)}`;

/** Whether something is sealed there at all. */
export const isSealed = (column: AnySQLiteColumn): SQL => sql`${column} <> ''`;

/**
 * Finds what a master key has sealed in a column without reading the rest: each such column has one. Small, and new rows
 * come at its end.
 */
export const sealedIndex = (name: string, column: AnySQLiteColumn) =>
  index(name)
    .on(...partsOfPrefix(column))
    .where(isSealed(column));

/** The expression in parts: drizzle-kit takes one apart at its commas, and joins parts with commas. */
const partsOfPrefix = (column: AnySQLiteColumn): [SQL, ...SQL[]] => [
  sql`substr(${column}`,
  sql` 1`,
  sql` 3 + instr(substr(${column}`,
  sql` 4)`,
  sql` '.'))`,
];
