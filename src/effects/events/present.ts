import type { EventType } from "../../contract/events.ts";
import type { eventDelivery, eventEndpoint } from "../../db/schema/index.ts";
import { type EventRow, toPlatformEvent } from "./event-row.ts";
import type { Event, EventDelivery, EventEndpoint } from "./schemas.ts";

const isoOrNull = (at: number | null) => (at === null ? null : new Date(at).toISOString());

/** An endpoint as the API shows it: without its secrets. */
export function presentEndpoint(row: typeof eventEndpoint.$inferSelect): EventEndpoint {
  const { id, url, description, types, status } = row;
  return {
    id,
    url,
    description,
    types,
    status,
    createdAt: new Date(row.createdAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
  };
}

export function presentDelivery({
  delivery,
  eventType,
}: {
  readonly delivery: typeof eventDelivery.$inferSelect;
  readonly eventType: EventType;
}): EventDelivery {
  const { id, eventId, subjectId, targetKind, targetId, state, attempts, lastStatus, lastError } = delivery;
  return {
    id,
    eventId,
    eventType,
    subjectId,
    targetKind,
    targetId,
    state,
    attempts,
    nextAttemptAt: isoOrNull(delivery.nextAttemptAt),
    lastStatus,
    lastError,
    createdAt: new Date(delivery.createdAt).toISOString(),
    deliveredAt: isoOrNull(delivery.deliveredAt),
  };
}

export function presentEvent(row: EventRow): Event {
  return { ...toPlatformEvent(row), instanceId: row.instanceId, subjectId: row.subjectId };
}
