import { z } from "@hono/zod-openapi";
import { DELIVERY_STAGES, type InboundPart } from "../../contract/channel.ts";
import { CHAT_STATES, OUTBOX_STATES } from "../../contract/chat.ts";
import { DELIVERY_DECISIONS, DELIVERY_REASONS, MESSAGE_KINDS, WHEN_CLOSED } from "../../contract/policy.ts";

export const Chat = z
  .object({
    id: z.string(),
    instanceId: z.string(),
    customer: z.string().openapi({ description: "The end of the customer's number.", example: "•••• 3344" }),
    state: z.enum(CHAT_STATES).openapi({ description: "Who answers." }),
    lastMessageAt: z.iso.datetime(),
    createdAt: z.iso.datetime(),
  })
  .openapi("Chat");
export type Chat = z.infer<typeof Chat>;

export const ChatDetail = Chat.extend({
  timeZone: z.string().nullable().openapi({
    description: "Where the customer's clock is (IANA), once staff has said so.",
    example: "Europe/London",
  }),
  assumedTimeZones: z.array(z.string()).openapi({
    description: "The zones that quiet hours go by: that one, or those of the number's country.",
  }),
  optedOutAt: z.iso
    .datetime()
    .nullable()
    .openapi({ description: "Since when nothing is sent that was not asked for." }),
  lastInboundAt: z.iso.datetime().nullable().openapi({ description: "When the customer last wrote." }),
}).openapi("ChatDetail");
export type ChatDetail = z.infer<typeof ChatDetail>;

export const UpdateChat = z
  .strictObject({
    timeZone: z.string().min(1).max(60).nullable().openapi({ example: "Europe/London" }),
  })
  .openapi("UpdateChat");

export const ChatMessage = z
  .object({
    id: z.string(),
    from: z
      .enum(["customer", "agent", "person", "tool", "event"])
      .openapi({ description: "`event`: what happened besides words; the customer does not see it." }),
    text: z.string(),
    parts: z
      .array(z.custom<InboundPart>((part) => typeof part === "object").openapi({ type: "object" }))
      .nullable()
      .openapi({ description: "With `customer`: what the message consists of; `type` says what each is." }),
    tool: z.string().nullable().openapi({ description: "With `tool`: its name." }),
    writtenBy: z.string().nullable().openapi({ description: "With `person`: who." }),
    at: z.iso.datetime(),
  })
  .openapi("ChatMessage");
export type ChatMessage = z.infer<typeof ChatMessage>;

export const WrittenMessage = z
  .object({
    id: z.string(),
    text: z.string(),
    state: z.enum(OUTBOX_STATES),
    stage: z.enum(DELIVERY_STAGES).nullable(),
    errorCode: z.string().nullable(),
    at: z.iso.datetime(),
  })
  .openapi("WrittenMessage");
export type WrittenMessage = z.infer<typeof WrittenMessage>;

/** The shortest of the channels' limits: a person's message is one message. */
const WRITTEN_TEXT_CHARACTERS = 1_600;

export const WriteMessage = z.strictObject({ text: z.string().trim().min(1).max(WRITTEN_TEXT_CHARACTERS) });
export const IdParam = z.object({ id: z.string().max(200) });

const Reason = z
  .enum(DELIVERY_REASONS)
  .openapi({ description: "The rule that decided; `allowed` when none had anything against it." });
const Until = z.iso
  .datetime()
  .nullable()
  .openapi({ description: "With `hold`: when it is decided anew; null for as soon as the customer writes." });

const Decision = z
  .object({ decision: z.enum(DELIVERY_DECISIONS), reason: Reason, until: Until })
  .openapi("DeliveryDecision");

export const Delivery = z
  .object({
    id: z.string(),
    text: z.string(),
    state: z.enum(OUTBOX_STATES),
    stage: z.enum(DELIVERY_STAGES).nullable(),
    errorCode: z.string().nullable(),
    policy: Decision.nullable().openapi({ description: "The latest decision; null before the first." }),
    at: z.iso.datetime(),
  })
  .openapi("Delivery");
export type Delivery = z.infer<typeof Delivery>;

const MAX_TEXT_CHARACTERS = 4_096;

export const SimulateDelivery = z.strictObject({
  customer: z.union([
    z.strictObject({ phone: z.string().max(40).openapi({ example: "+254711223344" }) }),
    z.strictObject({ chatId: z.string().max(200) }),
  ]),
  kind: z.enum(MESSAGE_KINDS).openapi({
    description:
      "`answer` to what the customer wrote, `transactional` as a receipt is, `proactive` for everything else.",
  }),
  text: z.string().trim().min(1).max(MAX_TEXT_CHARACTERS),
  template: z
    .strictObject({
      name: z.string().min(1).max(512),
      language: z.string().min(2).max(16),
      variables: z.record(z.string().max(60), z.string().max(1024)),
    })
    .optional()
    .openapi({ description: "Sent instead while WhatsApp takes templates only." }),
  isUrgent: z.boolean().optional(),
  whenClosed: z.enum(WHEN_CLOSED).optional(),
  installationId: z.string().max(200).optional().openapi({ description: "The plugin that would send it." }),
  at: z.iso.datetime({ offset: true }).optional().openapi({ description: "When; left out, now." }),
});
export type SimulateDelivery = z.infer<typeof SimulateDelivery>;

export const SimulateSending = z.strictObject({
  at: z.iso
    .datetime({ offset: true })
    .optional()
    .openapi({ description: "When; left out, the message's own time, or now when that is over." }),
});
export type SimulateSending = z.infer<typeof SimulateSending>;

export const DeliverySimulation = Decision.extend({
  at: z.iso.datetime().openapi({ description: "The time that it was decided for." }),
  rules: z
    .array(
      z.object({
        rule: z.string(),
        passed: z.boolean(),
        decision: z.enum(DELIVERY_DECISIONS).optional(),
        reason: Reason.optional(),
        until: Until.optional(),
      }),
    )
    .openapi({ description: "What each rule says by itself, in the order in which they count." }),
}).openapi("DeliverySimulation");
export type DeliverySimulation = z.infer<typeof DeliverySimulation>;
