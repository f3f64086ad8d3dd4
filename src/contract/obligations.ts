/** Things that somebody owes or has to do, as plugins ask for them. What their tools list has its own file. */
import { z } from "zod";
import { OBLIGATION_ACTIONS, OBLIGATION_STATES } from "./obligation-words.ts";
import { Recipient } from "./recipient.ts";

const NAME_MAX_CHARACTERS = 200;
const MESSAGE_MAX_CHARACTERS = 4_096;

/** A leap year: what recurs more seldom is another obligation. */
const REPEAT_MAX_HOURS = 366 * 24;
const REPEAT_MAX_TIMES = 100;

const Name = z.string().trim().min(1).max(NAME_MAX_CHARACTERS);
const Message = z.string().trim().min(1).max(MESSAGE_MAX_CHARACTERS);

/** Asks for a reminder or an escalation of something that the plugin knows to be due at a certain time. */
export const RequestObligation = z.strictObject({
  recipient: Recipient,
  /** The plugin's own name for it. With `dueAt` it is one thing, however often it is asked for. */
  externalId: Name,
  title: Name,
  /** In the past: at once. */
  dueAt: z.iso.datetime(),
  /** What the customer reads, or with an escalation what staff reads. */
  message: Message,
  action: z.enum(OBLIGATION_ACTIONS),
  /** Again after so many hours, `times` times in all. */
  repeat: z
    .strictObject({
      everyHours: z.number().int().min(1).max(REPEAT_MAX_HOURS),
      times: z.number().int().min(2).max(REPEAT_MAX_TIMES),
    })
    .optional(),
});
export type RequestObligation = z.infer<typeof RequestObligation>;

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
