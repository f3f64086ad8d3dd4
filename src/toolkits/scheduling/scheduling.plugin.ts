import { type ScheduledMessage, ScheduleTerms } from "../../contract/schedule.ts";
import { cancelInChat, listInChat, scheduleInChat } from "../../effects/schedule/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { platformContextOf } from "../../plugins/capabilities/index.ts";
import { definePlugin } from "../../plugins/in-process/index.ts";

const ID = "kivuko.scheduling";

/** The shortest of the channels' limits for one message. */
const TEXT_MAX_CHARACTERS = 1_600;

/** Messages for later, to the customer of the current chat and to nobody else. */
export const scheduling = definePlugin({
  id: ID,
  name: "Scheduling",
  version: "1.0.0",
  description: "Sends the customer of the current chat a message at a time that was agreed.",
  permissions: ["WRITE_MESSAGES"],
  tools: [
    {
      name: "schedule_message",
      description:
        "Send the customer of this chat a message later, once or again and again. Use it for a reminder that the customer has asked for or agreed to, at a time that you know. Not for a reply, and not to advertise.",
      parameters: {
        type: "object",
        properties: {
          text: { type: "string", minLength: 1, maxLength: TEXT_MAX_CHARACTERS, description: "The message." },
          localTime: {
            type: "string",
            pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}$",
            description: "When, on the customer's clock, such as 2026-12-01T09:00.",
          },
          timeZone: {
            type: "string",
            maxLength: 60,
            description: "The customer's time zone by its IANA name, such as Africa/Nairobi.",
          },
          every: { enum: ["day", "week", "month"], description: "Only for what is to be repeated." },
          count: {
            type: "integer",
            minimum: 2,
            maximum: 400,
            description: "How many messages in all, with `every`.",
          },
        },
        required: ["text", "localTime", "timeZone"],
        dependentRequired: { every: ["count"], count: ["every"] },
        additionalProperties: false,
      },
      sideEffects: true,
      permissionsRequired: ["WRITE_MESSAGES"],
    },
    {
      name: "list_scheduled",
      description: "What is scheduled for the customer of this chat, with the ids to cancel it by.",
      parameters: { type: "object", properties: {}, additionalProperties: false },
    },
    {
      name: "cancel_scheduled",
      description: "Cancel a message that is scheduled for the customer of this chat.",
      parameters: {
        type: "object",
        properties: { id: { type: "string", maxLength: 100, description: "As list_scheduled shows it." } },
        required: ["id"],
        additionalProperties: false,
      },
      sideEffects: true,
      permissionsRequired: ["WRITE_MESSAGES"],
    },
  ],
  async executeTool(toolName, args, ctx) {
    const chatId = ctx.roomId;
    if (chatId === null) {
      return "Scheduling failed: this call comes from no chat.\nFallback suggestions: call it from the customer's chat.";
    }
    const platform = platformContextOf(ctx);
    const where = { chatId, pluginId: ID };
    const input = JSON.parse(args) as Arguments;
    try {
      switch (toolName) {
        case "schedule_message": {
          const { text, localTime, timeZone, every, count } = input;
          const terms = ScheduleTerms.parse({
            text,
            sendAt: { localTime, timeZone },
            ...(every !== undefined && { recurrence: { every, count } }),
          });
          const scheduled = await scheduleInChat({
            ctx: platform,
            input: { ...where, terms, idempotencyKey: ctx.callId },
          });
          return `Scheduled. ${describe(scheduled)}`;
        }
        case "cancel_scheduled":
          await cancelInChat({ ctx: platform, input: { ...where, id: input.id ?? "" } });
          return "The message is cancelled.";
        default: {
          const waiting = await listInChat({ ctx: platform, input: where });
          return waiting.length === 0 ? "Nothing is scheduled." : waiting.map(describe).join("\n");
        }
      }
    } catch (error) {
      if (!(error instanceof AppError)) {
        throw error;
      }
      return `It was not possible: ${error.message}\nFallback suggestions: ask the customer for another time, or offer a person.`;
    }
  },
});

type Arguments = {
  readonly text?: string;
  readonly localTime?: string;
  readonly timeZone?: string;
  readonly every?: string;
  readonly count?: number;
  readonly id?: string;
};

function describe({ id, localTime, sendAt, timeZone, remaining, text }: ScheduledMessage): string {
  const when = localTime === null ? sendAt : `${localTime} ${timeZone}`;
  return `${id}: ${when}${remaining > 1 ? `, ${remaining} messages` : ""}: ${text}`;
}
