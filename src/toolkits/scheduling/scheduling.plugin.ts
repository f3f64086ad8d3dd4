import { definePlugin } from "../../plugins/in-process/index.ts";
import { ID } from "./plugin-id.ts";

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
  executeTool: async (...call) => (await import("./run-tool.ts")).runTool(...call),
});
