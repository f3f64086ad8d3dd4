import { sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Ctx } from "../../access/context.ts";
import { isSealed, sealedBy } from "../../db/schema/columns.ts";
import { keyIdOf } from "../../kernel/key-ring.ts";
import { COUNTED_MAX } from "./limits.ts";
import { nameOf, type SealedColumn } from "./sealed-column.ts";

/** By key, and by column as `<table>.<column>`: how many values it sealed, counted up to a bound. */
export type ValuesLeft = ReadonlyMap<string, Readonly<Record<string, number>>>;

/**
 * What other keys than the newest have sealed, in the ring or not. Reads the columns' small indexes alone, and of them
 * only what is counted: from one key the search jumps to the next.
 */
export async function countValues(
  { db, keyRing }: Pick<Ctx, "db" | "keyRing">,
  columns: readonly SealedColumn[],
): Promise<ValuesLeft> {
  const left = new Map<string, Record<string, number>>();
  for (const { column } of columns) {
    const table = column.table as SQLiteTable;
    const by = sealedBy(column);
    const firstAfter = (start: unknown) =>
      sql`(select ${by} from ${table} where ${isSealed(column)} and ${by} > ${start} order by ${by} limit 1)`;
    const found = await db.all<{ prefix: string; found: number }>(sql`
      with recursive seen(prefix) as (
        select ${firstAfter("")}
        union all
        select ${firstAfter(sql.raw("seen.prefix"))} from seen where seen.prefix is not null
      )
      select prefix, (
        select count(*) from (
          select 1 from ${table} where ${isSealed(column)} and ${by} = seen.prefix limit ${COUNTED_MAX}
        )
      ) as found
      from seen where prefix is not null and prefix <> ${keyRing.prefixes[0]}`);
    for (const { prefix, found: values } of found) {
      const keyId = keyIdOf(prefix);
      left.set(keyId, { ...left.get(keyId), [nameOf(column)]: values });
    }
  }
  return left;
}
