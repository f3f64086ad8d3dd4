import { and, eq, sql } from "drizzle-orm";
import type { Db } from "./client.ts";
import { numberSeries } from "./schema/index.ts";

export type Series = {
  readonly organizationId: string;
  /** Such as `receipt:2026`. */
  readonly series: string;
  /** What the numbers start with. */
  readonly prefix: string;
  /** Digits that a number has at least. */
  readonly digits: number;
};

/**
 * The next number of a series for one row, so that the series has no gap and no number twice, whatever runs beside it.
 * For one batch: `begin`, then an insert that selects `number` with `from`, then right after it `advance`, which moves
 * the series on only if the insert wrote a row.
 */
export function nextInSeries(db: Db, { organizationId, series, prefix, digits }: Series) {
  const isSeries = and(eq(numberSeries.organizationId, organizationId), eq(numberSeries.series, series));
  return {
    begin: db.insert(numberSeries).values({ organizationId, series, next: 1 }).onConflictDoNothing(),
    number: sql`${prefix} || printf(${`%0${digits}d`}, ${numberSeries.next})`,
    from: sql`from ${numberSeries} where ${isSeries}`,
    advance: db
      .update(numberSeries)
      .set({ next: sql`${numberSeries.next} + 1` })
      .where(and(isSeries, sql`changes() > 0`)),
  };
}
