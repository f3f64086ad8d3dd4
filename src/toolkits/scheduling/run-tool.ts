import { type ScheduledMessage, ScheduleTerms } from "../../contract/schedule.ts";
import { cancelInChat, listInChat, scheduleInChat } from "../../effects/schedule/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { platformContextOf } from "../../plugins/capabilities/index.ts";
import type { FirstPartyPlugin } from "../../plugins/in-process/index.ts";
import { ID } from "./plugin-id.ts";

/** Schedules, lists and cancels messages to the customer of the chat. Loaded at its first call, with the effects that it drives. */
export const runTool: FirstPartyPlugin["executeTool"] = async (toolName, args, ctx) => {
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
};

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
