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

// A copy: what was made before zod was extended has no `openapi`.
export const ChangeSchedule = Change.clone().openapi("ChangeScheduledMessage");

export const CreateSchedule = ScheduleTerms.extend({
  instanceId: id,
  customer: z
    .union([z.strictObject({ chatId: id }), z.strictObject({ phone: z.string().min(1).max(40) })])
    .openapi({ description: "A chat of the number, or anybody's number in international form." }),
}).openapi("CreateScheduledMessage");
export type CreateSchedule = z.infer<typeof CreateSchedule>;
