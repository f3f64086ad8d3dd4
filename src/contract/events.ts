/** What the platform tells plugins and endpoints: types, the shape on the wire, and who carries which. */
import { z } from "zod";
import type { Capability } from "./capabilities.ts";
import { EVENT_TYPES } from "./event-words.ts";

export const EventType = z.enum(EVENT_TYPES);
export type EventType = z.infer<typeof EventType>;

/** An event as plugins (`input` of their tool) and endpoints (the body) get it. */
export const PlatformEvent = z.object({
  /** The same in every try: whoever has seen it has done it. */
  id: z.string(),
  type: EventType,
  occurredAt: z.iso.datetime(),
  data: z.record(z.string(), z.unknown()),
});
export type PlatformEvent = z.infer<typeof PlatformEvent>;

const CAPABILITIES: Readonly<Record<string, Capability>> = {
  payment: "payments.event",
  refund: "payments.event",
  order: "orders.event",
  message: "messages.event",
  reminder: "obligations.record_event",
  escalation: "obligations.record_event",
};

/** The capability of the tool that takes events of this type. */
export function capabilityFor(type: EventType): Capability {
  const capability = CAPABILITIES[type.split(".", 1)[0] ?? ""];
  if (capability === undefined) {
    throw new Error(`No capability takes the event ${type}.`);
  }
  return capability;
}

/** What the `events` queue carries: a delivery that is due. Its row is the truth. */
export const EventMessage = z.object({ organizationId: z.string(), id: z.string() });
export type EventMessage = z.infer<typeof EventMessage>;
