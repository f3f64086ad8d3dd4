import { z } from "@hono/zod-openapi";
import { EVENT_TYPES } from "../../contract/event-words.ts";
import { EventType } from "../../contract/events.ts";
import { PageQuery } from "../../http/openapi.ts";
import { SECRET_OVERLAP_DEFAULT_SECONDS, SECRET_OVERLAP_MAX_SECONDS } from "./limits.ts";

const Types = z
  .array(EventType)
  .min(1)
  .max(EVENT_TYPES.length)
  .openapi({ example: ["payment.succeeded", "payment.failed"] });
const Url = z.string().max(2_000).openapi({ example: "https://shop.example/kivuko" });
const Description = z.string().trim().max(200);

export const EndpointParam = z.object({ id: z.string().max(100) });

export const CreateEndpoint = z.strictObject({
  url: Url,
  types: Types,
  description: Description.default(""),
});

export const UpdateEndpoint = z.strictObject({
  url: Url.optional(),
  types: Types.optional(),
  description: Description.optional(),
  status: z.enum(["active", "paused"]).optional().openapi({
    description: "A paused endpoint hears of nothing new. `active` also brings back one that answered 410.",
  }),
});

export const RotateEndpointSecret = z.strictObject({
  overlapSeconds: z
    .number()
    .int()
    .min(0)
    .max(SECRET_OVERLAP_MAX_SECONDS)
    .default(SECRET_OVERLAP_DEFAULT_SECONDS)
    .openapi({ description: "How long the old secret signs too." }),
});

export const EventEndpoint = z
  .object({
    id: z.string(),
    url: z.string(),
    description: z.string(),
    types: z.array(EventType),
    status: z.enum(["active", "paused", "gone", "removed"]),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi("EventEndpoint");
export type EventEndpoint = z.infer<typeof EventEndpoint>;

export const EndpointSecret = z
  .object({ secret: z.string().openapi({ description: "Shown once.", example: "whsec_…" }) })
  .openapi("EventEndpointSecret");

export const CreatedEndpoint = EventEndpoint.extend({ secret: z.string() }).openapi("CreatedEventEndpoint");

export const EventDelivery = z
  .object({
    id: z.string(),
    eventId: z.string(),
    eventType: EventType,
    subjectId: z.string(),
    targetKind: z.enum(["plugin", "endpoint"]),
    targetId: z.string(),
    state: z.enum(["pending", "delivered", "dead", "discarded"]),
    attempts: z.number().int(),
    nextAttemptAt: z.iso.datetime().nullable(),
    lastStatus: z.number().int().nullable(),
    lastError: z.string().nullable(),
    createdAt: z.iso.datetime(),
    deliveredAt: z.iso.datetime().nullable(),
  })
  .openapi("EventDelivery");
export type EventDelivery = z.infer<typeof EventDelivery>;

export const DeliveryQuery = PageQuery.extend({
  state: z.enum(["pending", "delivered", "dead", "discarded"]).optional(),
  targetId: z.string().max(100).optional(),
  eventId: z.string().max(100).optional(),
});

export const Event = z
  .object({
    id: z.string(),
    type: EventType,
    instanceId: z.string(),
    subjectId: z.string(),
    occurredAt: z.iso.datetime(),
    data: z.record(z.string(), z.unknown()),
  })
  .openapi("Event");
export type Event = z.infer<typeof Event>;

export const EventQuery = PageQuery.extend({
  type: EventType.optional(),
  subjectId: z.string().max(100).optional(),
});
