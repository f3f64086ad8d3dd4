/** What goes out or was to, as features tell it to the calendar, and the order in which it stands there. */
import { gte, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Recurrence, ScheduleState } from "../contract/schedule.ts";

/** A place in the calendar: by time, then by what it is. Times in epoch ms. */
export type Position = { readonly at: number; readonly id: string; readonly occurrence: number };

export type CalendarKind = "message" | "reminder" | "escalation";

export type Entry = Position & {
  readonly kind: CalendarKind;
  readonly state: ScheduleState;
  readonly reason: string | null;
  /** With what is held or on its way: when it is looked at again. */
  readonly nextTryAt: number | null;
  readonly text: string;
  readonly instanceId: string;
  readonly installationId: string | null;
  readonly chatObjectId: string | null;
  readonly askedBy: { readonly kind: string; readonly id: string };
  readonly recurrence: Recurrence | null;
  readonly everyHours: number | null;
  /** How many there are in all, as far as they are to come. */
  readonly occurrences: number;
  readonly obligation: {
    readonly externalId: string;
    readonly title: string;
    readonly source: "polled" | "requested";
    /** Epoch ms. */
    readonly dueAt: number;
  } | null;
};

/** What is asked of a feature: entries in `from` to `to`, behind `after`. */
export type CalendarRead = {
  readonly organizationId: string;
  readonly instanceId: string | undefined;
  readonly installationId: string | undefined;
  readonly chatObjectId: string | undefined;
  readonly state: ScheduleState | undefined;
  readonly from: number;
  readonly to: number;
  readonly after: Position | null;
  /** Entries that are needed. */
  readonly limit: number;
};

/** A feature's entries, in any order. `reached`: they are all there up to that place; null for all of them. */
export type CalendarPart = {
  readonly entries: readonly Entry[];
  readonly reached: Position | null;
  /** False when something was left out that no later page brings: then the filters have to be narrower. */
  readonly isComplete: boolean;
};

/** Rows that one part reads of one table for one answer. */
export const SCAN_ROWS = 1_000;

/** Less than 0 when `a` comes first. */
export function comparePositions(a: Position, b: Position): number {
  return a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : a.occurrence - b.occurrence);
}

/** Whether the entry lies within what is asked for. */
export function isAsked(entry: Entry, read: CalendarRead): boolean {
  return (
    entry.at >= read.from &&
    entry.at < read.to &&
    (read.after === null || comparePositions(entry, read.after) > 0) &&
    (read.instanceId === undefined || entry.instanceId === read.instanceId) &&
    (read.installationId === undefined || entry.installationId === read.installationId) &&
    (read.chatObjectId === undefined || entry.chatObjectId === read.chatObjectId) &&
    (read.state === undefined || entry.state === read.state)
  );
}

/** The part that rows in the calendar's order come to; all of them when they are fewer than a scan reads. */
export function toPart(rows: readonly Entry[], read: CalendarRead): CalendarPart {
  const last = rows.at(-1);
  return {
    entries: rows.filter((entry) => isAsked(entry, read)),
    reached: rows.length < SCAN_ROWS || last === undefined ? null : last,
    isComplete: true,
  };
}

/** The condition on a table's time and id that leaves what is not before the place asked from; by their index. */
export function isBehind({ from, after }: CalendarRead, at: SQLiteColumn, id: SQLiteColumn): SQL {
  return after === null || after.at < from
    ? gte(at, from)
    : sql`(${at}, ${id}) >= (${after.at}, ${after.id})`;
}

/** What recurs: its occurrences in order, made one by one. */
export type Series = Iterator<Entry, undefined>;

/** The first entries of many series, none of which is made further than that takes. */
export function takeFirst(all: readonly Series[], limit: number): { entries: Entry[]; hasMore: boolean } {
  const heads = all.flatMap((series) => {
    const { value } = series.next();
    return value === undefined ? [] : [{ series, value }];
  });
  const entries: Entry[] = [];
  while (heads.length > 0) {
    const first = heads.reduce((least, head) =>
      comparePositions(head.value, least.value) < 0 ? head : least,
    );
    if (entries.length === limit) {
      return { entries, hasMore: true };
    }
    entries.push(first.value);
    const { value } = first.series.next();
    if (value === undefined) {
      heads.splice(heads.indexOf(first), 1);
    } else {
      first.value = value;
    }
  }
  return { entries, hasMore: false };
}
