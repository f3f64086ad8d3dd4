/** What the platform hears when it asks a plugin, by `obligations.list_due`, what is due. */
import { z } from "zod";
import { ESCALATION_URGENCIES } from "./escalation-words.ts";
import { MessageTemplate } from "./message-template.ts";
import { OBLIGATION_ACTIONS } from "./obligation-words.ts";
import { WHEN_CLOSED } from "./policy.ts";

const NAME_MAX_CHARACTERS = 200;
const MESSAGE_MAX_CHARACTERS = 4_096;
const USER_ID_MAX_CHARACTERS = 100;
const PHONE_MAX_CHARACTERS = 40;

const Name = z.string().trim().min(1).max(NAME_MAX_CHARACTERS);
const Message = z.string().trim().min(1).max(MESSAGE_MAX_CHARACTERS);

/** One item of what `obligations.list_due` answers. Times are epoch ms. */
export const DueObligation = z
  .object({
    obligationId: Name,
    title: Name,
    dueAt: z.number().int().min(0),
    /** `context.user.id` of an earlier tool call. */
    userId: z.string().min(1).max(USER_ID_MAX_CHARACTERS).optional(),
    /** In international form. */
    phone: z.string().min(1).max(PHONE_MAX_CHARACTERS).optional(),
    message: Message,
    action: z.enum(OBLIGATION_ACTIONS),
    /** Reminders: goes out in the message's place while WhatsApp takes templates only. */
    template: MessageTemplate.optional(),
    /** Reminders, then and without a template: wait for the customer to write, or give up, which is the usual. */
    whenClosed: z.enum(WHEN_CLOSED).optional(),
    /** What staff is told, where it is not title and message. */
    escalation: z
      .object({
        summary: Message.optional(),
        urgency: z.enum(ESCALATION_URGENCIES).optional(),
      })
      .optional(),
  })
  .refine(({ userId, phone }) => (userId === undefined) !== (phone === undefined), {
    message: "must name the customer by either userId or phone",
    path: ["userId"],
  });
export type DueObligation = z.input<typeof DueObligation>;
/** The same as it was read: nothing that has a default is missing. */
export type ListedObligation = z.output<typeof DueObligation>;
