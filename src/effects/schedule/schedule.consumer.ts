import { sendScheduled, sendScheduledTogether } from "./send-scheduled.ts";

/** What each message of the `work` queue about scheduled messages does. */
export const scheduleWork = { "schedule.send": sendScheduled };

/** The same for many of one batch at once: each verb returns what failed, by the row's id. */
export const scheduleWorkTogether = { "schedule.send": sendScheduledTogether };
