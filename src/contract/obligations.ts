/** Things that somebody owes or has to do, as plugins ask for them. What their tools list has its own file. */
import { z } from "zod";
import { MessageTemplate } from "./message-template.ts";
import { OBLIGATION_ACTIONS, OBLIGATION_STATES } from "./obligation-words.ts";
import { WHEN_CLOSED } from "./policy.ts";
import { Recipient } from "./recipient.ts";

const NAME_MAX_CHARACTERS = 200;
const MESSAGE_MAX_CHARACTERS = 4_096;

/** A leap year: what recurs more seldom is another obligation. */
const REPEAT_MAX_HOURS = 366 * 24;
const REPEAT_MAX_TIMES = 100;

const Name = z.string().trim().min(1).max(NAME_MAX_CHARACTERS);
const Message = z.string().trim().min(1).max(MESSAGE_MAX_CHARACTERS);

/** What is due when, and what is to be done about it; whom it is about stands beside it. */
const ObligationTerms = z.strictObject({
  /** The plugin's own name for it. With `dueAt` it is one thing, however often it is asked for. */
  externalId: Name,
  title: Name,
  /** In the past: at once. */
  dueAt: z.iso.datetime({ offset: true }),
  /** What the customer reads, or with an escalation what staff reads. */
  message: Message,
  action: z.enum(OBLIGATION_ACTIONS),
  /** Reminders: goes out in the message's place while WhatsApp takes templates only. */
  template: MessageTemplate.optional(),
  /** Reminders, then and without a template: wait for the customer to write, or give up, which is the usual. */
  whenClosed: z.enum(WHEN_CLOSED).optional(),
  /** Again after so many hours, `times` times in all. */
  repeat: z
    .strictObject({
      everyHours: z.number().int().min(1).max(REPEAT_MAX_HOURS),
      times: z.number().int().min(2).max(REPEAT_MAX_TIMES),
    })
    .optional(),
});
export type ObligationTerms = z.infer<typeof ObligationTerms>;

/** Asks for a reminder or an escalation of something that the plugin knows to be due at a certain time. */
export const RequestObligation = ObligationTerms.extend({ recipient: Recipient });
export type RequestObligation = z.input<typeof RequestObligation>;

/** An obligation as the plugin that asked for it sees it. */
export const RequestedObligation = z.object({
  id: z.string(),
  externalId: z.string(),
  title: z.string(),
  /** With a repetition: of the next time. */
  dueAt: z.iso.datetime(),
  action: z.enum(OBLIGATION_ACTIONS),
  state: z.enum(OBLIGATION_STATES),
  reason: z.string().nullable(),
  /** Times that are still to come. */
  timesLeft: z.number().int(),
});
export type RequestedObligation = z.infer<typeof RequestedObligation>;
