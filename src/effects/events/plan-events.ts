import { sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Ctx } from "../../access/context.ts";
import type { EventType } from "../../contract/events.ts";
import { event, eventDelivery } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import { findTargets, type Target } from "./find-targets.ts";
import { PLAN_ROWS } from "./limits.ts";
import { sendEventWork } from "./send-event-work.ts";

export type Happening = {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly type: EventType;
  /** What it is about; events of one subject reach a target in the order in which they were emitted. */
  readonly subjectId: string;
  /** The plugin whose doing it goes back to, which hears of it without further permission. */
  readonly installationId: string | null;
  /** What is told: never a phone number. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The same happening has the same key: it is told once. */
  readonly dedupeKey: string;
};

export type EventPlan = {
  /** Note the events with their deliveries; to run in one batch, together with what they tell of if one likes. */
  readonly statements: readonly BatchItem<"sqlite">[];
  /** Sends the deliveries on their way, once the statements have run. Never throws. */
  readonly send: () => Promise<void>;
};

/**
 * How to note what happened, many happenings at once: reads who is to be told, once for all that have the same
 * answer. A happening whose key is known adds nothing, and its delivery finds no row.
 */
export async function planEvents({
  ctx,
  input: happenings,
}: {
  ctx: Ctx;
  input: readonly Happening[];
}): Promise<EventPlan> {
  const found = new Map<string, Promise<Target[]>>();
  const targetsOf = (happening: Happening) => {
    const { organizationId, instanceId, type, installationId } = happening;
    const key = [organizationId, instanceId, type, installationId].join(" ");
    const targets = found.get(key) ?? findTargets(ctx, happening);
    found.set(key, targets);
    return targets;
  };
  const now = ctx.clock.now();
  const noted = await Promise.all(
    happenings.map(async ({ data, ...happening }) => ({
      ...happening,
      id: newId("event"),
      data: JSON.stringify(data),
      targets: await targetsOf({ ...happening, data }),
    })),
  );
  const deliveries = noted.flatMap(({ id: eventId, organizationId, subjectId, targets }) =>
    targets.map(({ kind, id: targetId }) => ({
      id: newId("eventDelivery"),
      organizationId,
      eventId,
      kind,
      targetId,
      subjectId,
    })),
  );
  return {
    statements: [
      ...inPieces(noted.map(({ targets: _, ...row }) => row)).map((rows) => insertEvents(ctx, rows, now)),
      ...inPieces(deliveries).map((rows) => insertDeliveries(ctx, rows, now)),
    ],
    send: () =>
      sendEventWork(
        ctx,
        deliveries.map(({ id, organizationId }) => ({ organizationId, id })),
      ),
  };
}

/** The rows as JSON, as many in one as a statement's parameter has room for. */
function inPieces(rows: readonly object[]): string[] {
  return Array.from({ length: Math.ceil(rows.length / PLAN_ROWS) }, (_, piece) =>
    JSON.stringify(rows.slice(piece * PLAN_ROWS, (piece + 1) * PLAN_ROWS)),
  );
}

function insertEvents({ db }: Ctx, rows: string, now: number) {
  // In the order of the table's columns. `where true` keeps SQLite from reading `on conflict` as a join.
  return db
    .insert(event)
    .select(
      sql`select value ->> '$.id', value ->> '$.organizationId', value ->> '$.instanceId', value ->> '$.type',
                 value ->> '$.subjectId', value ->> '$.installationId', value ->> '$.data', value ->> '$.dedupeKey', ${now}
          from json_each(${rows}) where true`,
    )
    .onConflictDoNothing();
}

/** Of the events that were new. */
function insertDeliveries({ db }: Ctx, rows: string, now: number) {
  // In the order of the table's columns.
  return db.insert(eventDelivery).select(
    sql`select value ->> '$.id', value ->> '$.organizationId', value ->> '$.eventId', value ->> '$.kind',
               value ->> '$.targetId', value ->> '$.subjectId', 'pending', 0, null, ${now}, null, null, ${now}, null
        from json_each(${rows}) where exists (select 1 from ${event} where ${event.id} = value ->> '$.eventId')`,
  );
}
