import { z } from "@hono/zod-openapi";
import { DELIVERY_STAGES, type InboundPart } from "../../contract/channel.ts";
import { CHAT_STATES, OUTBOX_STATES } from "../../contract/chat.ts";

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
