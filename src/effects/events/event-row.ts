import { capabilityFor, type PlatformEvent } from "../../contract/events.ts";
import type { event } from "../../db/schema/index.ts";

export type EventRow = typeof event.$inferSelect;

/** The event as it is told. */
export function toPlatformEvent({ id, type, createdAt, data }: EventRow): PlatformEvent {
  return {
    id,
    type,
    occurredAt: new Date(createdAt).toISOString(),
    data: JSON.parse(data) as PlatformEvent["data"],
  };
}

/** The event as the plugin's tool for such events gets it: `obligations.record_event` has a form of its own. */
export function toToolInput(row: EventRow): unknown {
  const event = toPlatformEvent(row);
  if (capabilityFor(row.type) !== "obligations.record_event") {
    return event;
  }
  const { obligationId, reason } = event.data;
  return {
    obligationId,
    eventType: row.type,
    occurredAt: row.createdAt,
    ...(typeof reason === "string" && { reason }),
  };
}
