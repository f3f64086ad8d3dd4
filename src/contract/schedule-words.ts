/** The words that scheduled messages are described with. Apart from their schemas, which cost time at start-up. */

/** `held`: quiet hours, or WhatsApp's window, and it is tried again. The five last ones are final. */
export const SCHEDULE_STATES = [
  "scheduled",
  "sending",
  "held",
  "sent",
  "blocked",
  "failed",
  "missed",
  "cancelled",
] as const;
export type ScheduleState = (typeof SCHEDULE_STATES)[number];

/** How one sending can end. */
export const SCHEDULE_OUTCOMES = ["sent", "blocked", "failed", "missed"] as const;
export type ScheduleOutcome = (typeof SCHEDULE_OUTCOMES)[number];
