import { z } from "@hono/zod-openapi";
import { Recurrence, SCHEDULE_STATES } from "../../contract/schedule.ts";

const id = z.string().max(200);

/** Entries of one answer. */
const ENTRIES_MAX = 500;

const CALENDAR_KINDS = ["message", "reminder", "escalation"] as const;

export const CalendarQuery = z.object({
  instanceId: id.optional(),
  chatId: id.optional(),
  installationId: id.optional(),
  kind: z.enum(CALENDAR_KINDS).optional(),
  state: z.enum(SCHEDULE_STATES).optional(),
  from: z.iso.datetime({ offset: true }).optional().openapi({ description: "Now, when left out." }),
  to: z.iso
    .datetime({ offset: true })
    .optional()
    .openapi({ description: "A week after `from`, when left out; at most 93 days." }),
  limit: z.coerce.number().int().min(1).max(ENTRIES_MAX).default(ENTRIES_MAX),
  cursor: z.string().max(300).optional().openapi({
    description: "`nextCursor` of the page before, with the same `from`, `to` and filters.",
  }),
});
export type CalendarQuery = z.infer<typeof CalendarQuery>;

const Why = z.object({
  askedBy: z.object({ kind: z.string(), id: z.string() }),
  plugin: z.string().nullable().openapi({ description: "The plugin's slug; null for staff." }),
  occurrence: z.int(),
  occurrences: z.int().openapi({ description: "How many there are in all, as it stands." }),
  recurrence: Recurrence.nullable().openapi({ description: "With a message: how it goes on." }),
  everyHours: z.int().nullable().openapi({ description: "With an obligation: how it goes on." }),
  obligation: z
    .object({
      externalId: z.string(),
      title: z.string(),
      source: z.enum(["polled", "requested"]),
      dueAt: z.iso.datetime(),
    })
    .nullable()
    .openapi({ description: "With a reminder or an escalation: what is due, as its plugin says." }),
});

export const CalendarEntry = z
  .object({
    kind: z.enum(CALENDAR_KINDS),
    scheduledMessageId: z.string().nullable(),
    obligationId: z.string().nullable(),
    occurrence: z.int(),
    at: z.iso
      .datetime()
      .openapi({ description: "When it goes out or was to; of a reminder that is over, when it ended." }),
    state: z.enum(SCHEDULE_STATES),
    reason: z.string().nullable().openapi({
      description: "For what is held, and for what did not go out: the rule that decided.",
    }),
    nextTryAt: z.iso
      .datetime()
      .nullable()
      .openapi({ description: "With what is held or being sent: when it is looked at again." }),
    text: z.string(),
    instanceId: z.string(),
    chatId: z.string().nullable(),
    installationId: z.string().nullable(),
    why: Why.openapi({ description: "Who asked for it, and what it belongs to." }),
  })
  .openapi("CalendarEntry");
export type CalendarEntry = z.infer<typeof CalendarEntry>;

export const Calendar = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    data: z.array(CalendarEntry),
    nextCursor: z
      .string()
      .nullable()
      .openapi({ description: "Where to go on; a page may be short, and even empty, and have one." }),
    isComplete: z.boolean().openapi({
      description:
        "False when there is more: on the next page, or, when there is none, of more than 1,000 that recur. Narrow the filters then.",
    }),
  })
  .openapi("Calendar");
export type Calendar = z.infer<typeof Calendar>;
