import type { PlatformEvent } from "../../contract/events.ts";
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
