/** What a piece of work costs at the database: round trips, and rows as D1 bills them. */
import type { DatabaseWork } from "../../simulation/measured-work.ts";

type Meter = { -readonly [Name in keyof DatabaseWork]: DatabaseWork[Name] };

/** Nothing measured yet. */
export function newMeter(): Meter {
  return { reads: 0, writes: 0, statements: 0, rowsRead: 0, rowsWritten: 0 };
}

type Preparing = Pick<D1DatabaseSession, "prepare" | "batch">;

/** The binding, counting into `meter` all that goes through it. */
export function meteredD1(d1: D1Database, meter: Meter): D1Database {
  const metered = (on: Preparing) => meteredSession(on, meter);
  return {
    ...metered(d1),
    withSession: (start?: string) => metered(d1.withSession(start) as Preparing),
  } as unknown as D1Database;
}

function meteredSession(on: Preparing, meter: Meter): Preparing {
  const originals = new WeakMap<object, D1PreparedStatement>();
  const note = (metas: readonly D1Meta[]) => {
    const isWrite = metas.some(({ rows_written: written, changed_db: changed }) => written > 0 || changed);
    meter[isWrite ? "writes" : "reads"] += 1;
    meter.statements += metas.length;
    for (const { rows_read: rowsRead, rows_written: rowsWritten } of metas) {
      meter.rowsRead += rowsRead;
      meter.rowsWritten += rowsWritten;
    }
  };
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const measured = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: async () => {
        const result = await statement.run();
        note([result.meta]);
        return result;
      },
      all: async () => {
        const result = await statement.all();
        note([result.meta]);
        return result;
      },
      // The answer as plain rows says nothing of its cost, so it is asked for in the other form: as it is for what
      // writes, whose columns have names of their own, and once more for what only reads.
      raw: async () => {
        const result = await statement.all<Record<string, unknown>>();
        note([result.meta]);
        return result.meta.rows_written > 0 || result.results.length === 0
          ? result.results.map((row) => Object.values(row))
          : statement.raw();
      },
    } as unknown as D1PreparedStatement;
    originals.set(measured, statement);
    return measured;
  };
  return {
    prepare: (query) => wrap(on.prepare(query)),
    batch: async <Row>(statements: D1PreparedStatement[]) => {
      const results = await on.batch<Row>(statements.map((each) => originals.get(each) ?? each));
      note(results.map(({ meta }) => meta));
      return results;
    },
  };
}
