import { z } from "@hono/zod-openapi";
import {
  ChangeSchedule as Change,
  SCHEDULE_OUTCOMES,
  SCHEDULE_STATES,
  ScheduledMessage,
  ScheduleTerms,
} from "../../contract/schedule.ts";
import { PageQuery } from "../../http/openapi.ts";

const id = z.string().max(200);

export const IdParam = z.object({ id });

export const StaffScheduledMessage = ScheduledMessage.extend({
  instanceId: z.string(),
  installationId: z
    .string()
    .nullable()
    .openapi({ description: "The plugin that asked for it; null for staff." }),
  chatId: z.string().nullable(),
  createdBy: z.object({ kind: z.string(), id: z.string() }),
}).openapi("ScheduledMessage");
export type StaffScheduledMessage = z.infer<typeof StaffScheduledMessage>;

export const ScheduleHistory = StaffScheduledMessage.extend({
  history: z.array(
    z.object({
      occurrence: z.int(),
      text: z.string(),
      sendAt: z.iso.datetime(),
      state: z.enum(SCHEDULE_OUTCOMES),
      reason: z.string().nullable(),
      endedAt: z.iso.datetime(),
    }),
  ),
}).openapi("ScheduledMessageHistory");
export type ScheduleHistory = z.infer<typeof ScheduleHistory>;

export const SchedulesQuery = PageQuery.extend({
  state: z.enum(SCHEDULE_STATES).optional(),
  instanceId: id.optional(),
  installationId: id.optional(),
  chatId: id.optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});
export type SchedulesQuery = z.infer<typeof SchedulesQuery>;

export const ChangeSchedule = Change.openapi("ChangeScheduledMessage");

export const CreateSchedule = ScheduleTerms.extend({
  instanceId: id,
  customer: z
    .union([z.strictObject({ chatId: id }), z.strictObject({ phone: z.string().min(1).max(40) })])
    .openapi({ description: "A chat of the number, or anybody's number in international form." }),
}).openapi("CreateScheduledMessage");
export type CreateSchedule = z.infer<typeof CreateSchedule>;

export const CalendarQuery = z.object({
  instanceId: id.optional(),
  chatId: id.optional(),
  installationId: id.optional(),
  from: z.iso.datetime({ offset: true }).optional().openapi({ description: "Now, when left out." }),
  to: z.iso
    .datetime({ offset: true })
    .optional()
    .openapi({ description: "A week after `from`, when left out; at most 93 days." }),
});
export type CalendarQuery = z.infer<typeof CalendarQuery>;

export const CalendarEntry = z
  .object({
    scheduledMessageId: z.string(),
    occurrence: z.int(),
    at: z.iso.datetime(),
    state: z.enum(SCHEDULE_STATES),
    reason: z.string().nullable().openapi({
      description: "For what is held, and for what did not go out: the rule that decided.",
    }),
    text: z.string(),
    instanceId: z.string(),
    chatId: z.string().nullable(),
    installationId: z.string().nullable(),
    createdBy: z.object({ kind: z.string(), id: z.string() }),
  })
  .openapi("CalendarEntry");
export type CalendarEntry = z.infer<typeof CalendarEntry>;

export const Calendar = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    data: z.array(CalendarEntry),
    isComplete: z.boolean().openapi({ description: "False when there is more than one answer shows." }),
  })
  .openapi("Calendar");
export type Calendar = z.infer<typeof Calendar>;
