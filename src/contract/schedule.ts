/** Messages for later, as they cross the wire. */
import { z } from "zod";
import { MessageTemplate } from "./message-template.ts";
import { WHEN_CLOSED } from "./policy.ts";
import { Recipient } from "./recipient.ts";
import { SCHEDULE_STATES } from "./schedule-words.ts";

export {
  SCHEDULE_OUTCOMES,
  SCHEDULE_STATES,
  type ScheduleOutcome,
  type ScheduleState,
} from "./schedule-words.ts";

/** What is sent late is worth nothing after an hour, unless somebody says otherwise. */
const SEND_IF_LATE_BY_DEFAULT = 3_600;
const SEND_IF_LATE_BY_MAX = 7 * 24 * 3_600;

const localTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/, "A local time looks like 2026-12-01T09:00.");
const timeZone = z.string().min(1).max(60);

/** A time on the clock of a place. `whenTwice`: which of the two, on the night on which an hour comes twice. */
const LocalSendAt = z.strictObject({
  localTime,
  timeZone,
  whenTwice: z.enum(["earlier", "later"]).optional(),
});

/** An instant, or a time on the clock of a place; without its zone, which then stands beside it. */
export const SendAt = z.union([z.iso.datetime({ offset: true }), localTime, LocalSendAt]);
export type SendAt = z.infer<typeof SendAt>;

/** Ends with `until` (the last one is not after it) or after `count`; one of them is needed. */
export const Recurrence = z.strictObject({
  every: z.enum(["day", "week", "month"]),
  interval: z.int().min(1).max(366).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  count: z.int().min(1).optional(),
});
export type Recurrence = z.infer<typeof Recurrence>;

const text = z.string().trim().min(1).max(4_096);
const sendIfLateBy = z.int().min(0).max(SEND_IF_LATE_BY_MAX);

/** What is to be sent when; whom it is for stands beside it. */
export const ScheduleTerms = z.strictObject({
  text,
  sendAt: SendAt,
  /** The clock by which `sendAt` is meant, shown and repeated. */
  timeZone: timeZone.optional(),
  template: MessageTemplate.optional(),
  recurrence: Recurrence.optional(),
  /** Seconds. What is later than that, after an outage, is `missed`. */
  sendIfLateBy: sendIfLateBy.default(SEND_IF_LATE_BY_DEFAULT),
  /** Goes out in quiet hours too, where the number's settings allow it. */
  isUrgent: z.boolean().default(false),
  /** Outside of the 24-hour window without a template: wait for the customer to write, or give up. */
  whenClosed: z.enum(WHEN_CLOSED).optional(),
});
export type ScheduleTerms = z.infer<typeof ScheduleTerms>;

export const ScheduleMessage = ScheduleTerms.extend({ recipient: Recipient });
export type ScheduleMessage = z.input<typeof ScheduleMessage>;

/** What is left out stays as it is; `null` takes a template or a recurrence away. */
export const ChangeSchedule = z.strictObject({
  text: text.optional(),
  sendAt: SendAt.optional(),
  timeZone: timeZone.optional(),
  template: MessageTemplate.nullable().optional(),
  recurrence: Recurrence.nullable().optional(),
  sendIfLateBy: sendIfLateBy.optional(),
  isUrgent: z.boolean().optional(),
  whenClosed: z.enum(WHEN_CLOSED).optional(),
});
export type ChangeSchedule = z.infer<typeof ChangeSchedule>;

export const ScheduledMessage = z.object({
  id: z.string(),
  state: z.enum(SCHEDULE_STATES),
  /** Why it is held, or ended as it did. */
  reason: z.string().nullable(),
  text: z.string(),
  template: MessageTemplate.nullable(),
  /** The next sending, or the last one when there is no next. */
  sendAt: z.iso.datetime(),
  /** The same on the clock of the place, when it was given so. */
  localTime: z.string().nullable(),
  timeZone: z.string().nullable(),
  recurrence: Recurrence.nullable(),
  /** Counts from 1. */
  occurrence: z.int(),
  /** Sendings that are still to come. */
  remaining: z.int(),
  sendIfLateBy: z.int(),
  isUrgent: z.boolean(),
  whenClosed: z.enum(WHEN_CLOSED).nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type ScheduledMessage = z.infer<typeof ScheduledMessage>;

export const ScheduledMessages = z.object({
  data: z.array(ScheduledMessage),
  nextCursor: z.string().nullable(),
});
export type ScheduledMessages = z.infer<typeof ScheduledMessages>;
