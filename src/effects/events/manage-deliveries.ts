import { and, desc, eq, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import type { EventType } from "../../contract/events.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { event, eventDelivery } from "../../db/schema/index.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import type { Page, PageInput } from "../../kernel/page.ts";
import { presentDelivery, presentEvent } from "./present.ts";
import type { Event, EventDelivery } from "./schemas.ts";
import { sendEventWork } from "./send-event-work.ts";

type DeliveryFilter = PageInput & {
  state?: EventDelivery["state"] | undefined;
  targetId?: string | undefined;
  eventId?: string | undefined;
};

/** What happened, newest first. */
export async function listEvents({
  ctx,
  input: { type, subjectId, limit, cursor },
}: {
  ctx: Ctx;
  input: PageInput & { type?: EventType | undefined; subjectId?: string | undefined };
}): Promise<Page<Event>> {
  const organizationId = requirePermission(ctx, "events:read");
  const rows = await ctx.db
    .select()
    .from(event)
    .where(
      and(
        eq(event.organizationId, organizationId),
        type === undefined ? undefined : eq(event.type, type),
        subjectId === undefined ? undefined : eq(event.subjectId, subjectId),
        cursor === undefined ? undefined : lt(event.id, cursor),
      ),
    )
    .orderBy(desc(event.id))
    .limit(limit + 1);
  const shown = rows.slice(0, limit);
  return {
    data: shown.map(presentEvent),
    nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
  };
}

/** How far events came, newest first. `state=dead` is the list of those that nobody took. */
export async function listDeliveries({
  ctx,
  input: { state, targetId, eventId, limit, cursor },
}: {
  ctx: Ctx;
  input: DeliveryFilter;
}): Promise<Page<EventDelivery>> {
  const organizationId = requirePermission(ctx, "events:read");
  const rows = await ctx.db
    .select({ delivery: eventDelivery, eventType: event.type })
    .from(eventDelivery)
    .innerJoin(event, eq(event.id, eventDelivery.eventId))
    .where(
      and(
        eq(eventDelivery.organizationId, organizationId),
        state === undefined ? undefined : eq(eventDelivery.state, state),
        targetId === undefined ? undefined : eq(eventDelivery.targetId, targetId),
        eventId === undefined ? undefined : eq(eventDelivery.eventId, eventId),
        cursor === undefined ? undefined : lt(eventDelivery.id, cursor),
      ),
    )
    .orderBy(desc(eventDelivery.id))
    .limit(limit + 1);
  const shown = rows.slice(0, limit);
  return {
    data: shown.map(presentDelivery),
    nextCursor: rows.length > limit ? (shown.at(-1)?.delivery.id ?? null) : null,
  };
}

/**
 * Tries a delivery again from the start of the schedule: one that died, or was delivered and is wanted once more. Throws
 * `event_delivery_not_found`, and `delivery_pending` for one that is on its way.
 */
export async function replayDelivery({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<EventDelivery> {
  const { organizationId, found } = await find(ctx, id);
  const now = ctx.clock.now();
  const fresh = {
    state: "pending" as const,
    attempts: 0,
    firstAttemptAt: null,
    nextAttemptAt: now,
    deliveredAt: null,
  };
  await end(ctx, organizationId, found, "event_delivery.replayed", fresh);
  await sendEventWork(ctx, [{ organizationId, id }]);
  return presentDelivery({ ...found, delivery: { ...found.delivery, ...fresh } });
}

/** Takes a dead delivery off the list: nobody will replay it. Throws as `replayDelivery` does. */
export async function discardDelivery({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<EventDelivery> {
  const { organizationId, found } = await find(ctx, id);
  const change = { state: "discarded" as const, nextAttemptAt: null };
  await end(ctx, organizationId, found, "event_delivery.discarded", change);
  return presentDelivery({ ...found, delivery: { ...found.delivery, ...change } });
}

type Found = { readonly delivery: typeof eventDelivery.$inferSelect; readonly eventType: EventType };

async function find(ctx: Ctx, id: string): Promise<{ organizationId: string; found: Found }> {
  const organizationId = requirePermission(ctx, "events:manage");
  const found = await ctx.db
    .select({ delivery: eventDelivery, eventType: event.type })
    .from(eventDelivery)
    .innerJoin(event, eq(event.id, eventDelivery.eventId))
    .where(and(eq(eventDelivery.id, id), eq(eventDelivery.organizationId, organizationId)))
    .get();
  if (found === undefined) {
    throw notFound("event_delivery", id);
  }
  if (found.delivery.state === "pending") {
    throw new AppError("conflict", "delivery_pending", "This event is still on its way.", {
      hint: "It is tried again by itself; see `nextAttemptAt`.",
    });
  }
  return { organizationId, found };
}

async function end(
  ctx: Ctx,
  organizationId: string,
  { delivery: { id, state } }: Found,
  action: string,
  change: Partial<typeof eventDelivery.$inferInsert>,
): Promise<void> {
  const { actor, requestId } = ctx;
  const now = ctx.clock.now();
  await writeWithAudit(
    ctx.db,
    { organizationId, actor, requestId, now, action, subjectType: "event_delivery", subjectId: id },
    [
      ctx.db
        .update(eventDelivery)
        .set(change)
        .where(and(eq(eventDelivery.id, id), eq(eventDelivery.state, state))),
    ],
  );
}
