/** What is due of all plugins, so that one with much to do keeps no other waiting. */
import { sql } from "drizzle-orm";
import type { Db } from "../../db/client.ts";
import { DUE_ROWS, LANES_MAX } from "./limits.ts";

/** `installationId` is the lane: each gets its share. */
export type Due = {
  readonly id: string;
  readonly organizationId: string;
  readonly installationId: string;
  readonly dueAt: number;
};

/** A table of things that are due at some time, with an index on that time and one on installation and time. */
export type DueTable = { readonly table: string; readonly dueAt: string; readonly isWaiting: string };

export const DUE_POLLS: DueTable = {
  table: "obligation_poll",
  dueAt: "next_poll_at",
  isWaiting: "next_poll_at is not null",
};

export const DUE_OBLIGATIONS: DueTable = {
  table: "obligation",
  dueAt: "next_act_at",
  isWaiting: "state = 'waiting'",
};

/**
 * What is due until then (epoch ms), a bounded part of it: the longest overdue, and as long as that is all, nothing else
 * is read. When more is due, each installation gets the same share, and what is left of the room goes to the oldest.
 */
export async function findDue(db: Db, of: DueTable, until: number): Promise<readonly Due[]> {
  const oldest = await readOldest(db, of, until);
  const [first] = oldest;
  if (first === undefined || oldest.length < DUE_ROWS) {
    return oldest;
  }
  const lanes = await readLanes(db, of, until, first.installationId);
  const share = Math.max(1, Math.floor(DUE_ROWS / lanes.length));
  const shared = await readShares(db, of, until, lanes, share);
  const isShared = new Set(shared.map(({ id }) => id));
  const room = Math.max(0, DUE_ROWS - shared.length);
  return [...shared, ...oldest.filter(({ id }) => !isShared.has(id)).slice(0, room)];
}

function columnsOf({ dueAt }: DueTable) {
  return sql.raw(
    `id, organization_id as "organizationId", installation_id as "installationId", ${dueAt} as "dueAt"`,
  );
}

function readOldest(db: Db, of: DueTable, until: number): Promise<Due[]> {
  const { table, dueAt, isWaiting } = of;
  return db.all<Due>(sql`
    select ${columnsOf(of)} from ${sql.raw(table)}
    where ${sql.raw(isWaiting)} and ${sql.raw(dueAt)} <= ${until} order by ${sql.raw(dueAt)} limit ${DUE_ROWS}`);
}

/**
 * The installations that have something due, found by one step in the index each. It begins with the one that has
 * waited longest and goes round, so that nobody is left out for good, however many there are.
 */
async function readLanes(db: Db, of: DueTable, until: number, start: string): Promise<string[]> {
  const [table, dueAt, isWaiting] = [sql.raw(of.table), sql.raw(of.dueAt), sql.raw(of.isWaiting)];
  const rows = await db.all<{ lane: string }>(sql`
    with recursive turn (lane) as (
      select ${start}
      union
      select coalesce(
        (select min(installation_id) from ${table} where ${isWaiting} and installation_id > turn.lane),
        (select min(installation_id) from ${table} where ${isWaiting}))
      from turn limit ${LANES_MAX})
    select lane from turn
    where exists (select 1 from ${table} where ${isWaiting} and installation_id = turn.lane and ${dueAt} <= ${until})
    limit ${DUE_ROWS}`);
  return rows.map(({ lane }) => lane);
}

/** The oldest of each lane. */
function readShares(
  db: Db,
  of: DueTable,
  until: number,
  lanes: readonly string[],
  share: number,
): Promise<Due[]> {
  const [table, dueAt, isWaiting] = [sql.raw(of.table), sql.raw(of.dueAt), sql.raw(of.isWaiting)];
  return db.all<Due>(sql`
    select ${columnsOf(of)} from ${table}
    where id in (
      select mine.id from json_each(${JSON.stringify(lanes)}) lane join ${table} mine on mine.id in (
        select one.id from ${table} one
        where one.${isWaiting} and one.installation_id = lane.value and one.${dueAt} <= ${until}
        order by one.${dueAt} limit ${share}))
    order by ${dueAt}`);
}
