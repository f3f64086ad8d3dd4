import { and, eq, getTableColumns, getTableName, gt, sql } from "drizzle-orm";
import type { AnySQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Ctx } from "../../access/context.ts";
import { isSealed, sealedBy } from "../../db/schema/columns.ts";
import { startOf } from "../../kernel/key-ring.ts";
import {
  OBJECTS_AT_ONCE,
  RESEAL_OBJECTS_PER_TICK,
  RESEAL_PAGE,
  RESEAL_VALUES_PER_TICK,
  WRITE_MAX_CHARACTERS,
} from "./limits.ts";
import { nameOf, type SealedColumn } from "./sealed-column.ts";

/** A value that an older key sealed. `place` is its row's in the table, which the index is ordered by. */
type Found = {
  readonly place: number;
  readonly id: string;
  readonly sealed: string;
  readonly original: string | null;
};

/**
 * Seals again, with the newest master key, what the ring's older ones sealed: a bounded number of each column's values
 * at once, found by their index. Each is written only where the column still holds what was read, so a change that
 * comes between stays; what died halfway is found the next time. A value that does not open is logged and passed over.
 * Throws after all columns when one of them failed as a whole.
 *
 * @returns how many values were sealed again.
 */
export async function resealValues({
  ctx,
  input: { columns },
}: {
  ctx: Ctx;
  input: { columns: readonly SealedColumn[] };
}): Promise<number> {
  const [, ...older] = ctx.keyRing.prefixes;
  let resealed = 0;
  const failures: unknown[] = [];
  // One after the other: this is never urgent, and the database has customers to serve.
  for (const column of older.length === 0 ? [] : columns) {
    try {
      resealed += await resealColumn(ctx, column, older);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) {
    throw new AggregateError(failures, `${failures.length} columns could not be sealed again.`);
  }
  return resealed;
}

async function resealColumn(ctx: Ctx, sealed: SealedColumn, older: readonly string[]): Promise<number> {
  let left = sealed.original === undefined ? RESEAL_VALUES_PER_TICK : RESEAL_OBJECTS_PER_TICK;
  let resealed = 0;
  for (const prefix of older) {
    let after = 0;
    while (left > 0) {
      const page = await readPage(ctx, sealed, { prefix, after, limit: Math.min(left, RESEAL_PAGE) });
      const last = page.at(-1);
      if (last === undefined) {
        break;
      }
      after = last.place;
      left -= page.length;
      resealed += await resealPage(ctx, sealed, page);
    }
  }
  return resealed;
}

function readPage(
  { db }: Ctx,
  { column, original }: SealedColumn,
  { prefix, after, limit }: { prefix: string; after: number; limit: number },
): Promise<Found[]> {
  const place = sql<number>`rowid`;
  return db
    .select({
      place: place.as("place"),
      id: sql<string>`${idOf(column)}`,
      sealed: sql<string>`${column}`,
      original: sql<string | null>`${original?.column ?? null}`,
    })
    .from(column.table as SQLiteTable)
    .where(and(eq(sealedBy(column), prefix), isSealed(column), gt(place, after)))
    .orderBy(place)
    .limit(limit);
}

/** Writes what could be sealed again. Returns how many rows still held what was read. */
async function resealPage(ctx: Ctx, sealed: SealedColumn, page: readonly Found[]): Promise<number> {
  const { column } = sealed;
  const table = column.table as SQLiteTable;
  const name = sql.identifier(column.name);
  let changed = 0;
  for (const rows of inWrites(await resealAll(ctx, sealed, page))) {
    // One statement for all: a Worker's tick has a thousand of them. `start` is compared, since nothing is sealed twice
    // with one start: the random part stands in it.
    const { meta } = await ctx.db.run(sql`
      update ${table} set ${name} = new.text
      from (
        select value ->> 'id' as id, value ->> 'start' as start, value ->> 'text' as text
        from json_each(${JSON.stringify(rows)})
      ) as new
      where ${idOf(column)} = new.id and substr(${column}, 1, length(new.start)) = new.start`);
    changed += meta.changes;
  }
  return changed;
}

type Write = { readonly id: string; readonly start: string; readonly text: string };

/** The rows of each statement, as much as one may carry. */
function inWrites(resealed: readonly { row: Found; text: string }[]): Write[][] {
  const writes: Write[][] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const { row, text } of resealed) {
    characters += text.length;
    if (characters > WRITE_MAX_CHARACTERS) {
      writes.push([]);
      characters = text.length;
    }
    writes.at(-1)?.push({ id: row.id, start: startOf(row.sealed), text });
  }
  return writes;
}

/** The new texts; a row without one is left as it is. */
async function resealAll(
  ctx: Ctx,
  { column, purpose, original }: SealedColumn,
  page: readonly Found[],
): Promise<{ row: Found; text: string }[]> {
  const { keyRing, log } = ctx;
  const resealed: { row: Found; text: string }[] = [];
  for (let start = 0; start < page.length; start += OBJECTS_AT_ONCE) {
    const rows = page.slice(start, start + OBJECTS_AT_ONCE);
    const outcomes = await Promise.allSettled(
      rows.map(async (row) => {
        const held = original === undefined ? null : await original.reseal(ctx, row.original ?? "");
        return { row, text: held ?? (await keyRing.reseal(row.sealed, purpose(row.id))) };
      }),
    );
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === "fulfilled") {
        resealed.push(outcome.value);
      } else {
        log.error("value_not_resealed", {
          column: nameOf(column),
          id: rows[index]?.id,
          error: outcome.reason as unknown,
        });
      }
    }
  }
  // An object that runs with the ring before answers what it held; its row waits for the next time.
  return resealed.filter(({ text }) => text.startsWith(keyRing.prefixes[0]));
}

function idOf({ table }: AnySQLiteColumn): AnySQLiteColumn {
  const id = getTableColumns(table as SQLiteTable)["id"];
  if (id === undefined) {
    throw new Error(`The table ${getTableName(table)} has no column "id".`);
  }
  return id;
}
