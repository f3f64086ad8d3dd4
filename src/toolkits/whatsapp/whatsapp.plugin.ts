import type { OutgoingMessage } from "../../contract/channel.ts";
import type { OutboundLine } from "../../contract/chat.ts";
import { definePlugin } from "../../plugins/in-process/index.ts";

/** The shortest of the channels' limits for one message. */
const TEXT_MAX_CHARACTERS = 1_600;

/** Messages besides the agent's reply, to the customer of the current chat and to nobody else. */
export const whatsapp = definePlugin({
  id: "kivuko.whatsapp",
  name: "WhatsApp",
  version: "1.0.0",
  description: "Sends the customer of the current chat a message or an approved template.",
  permissions: ["WRITE_MESSAGES"],
  tools: [
    {
      name: "send_message",
      description:
        "Send the customer of this chat a message of its own, besides your reply. Use it for something that should stand alone, such as an address to forward. Your reply itself needs no tool.",
      parameters: {
        type: "object",
        properties: {
          text: { type: "string", minLength: 1, maxLength: TEXT_MAX_CHARACTERS, description: "The message." },
        },
        required: ["text"],
        additionalProperties: false,
      },
      sideEffects: true,
      permissionsRequired: ["WRITE_MESSAGES"],
    },
    {
      name: "send_template",
      description:
        "Send the customer of this chat a template that WhatsApp has approved. It is the only thing that reaches a customer who has not written for 24 hours.",
      parameters: {
        type: "object",
        properties: {
          name: { type: "string", minLength: 1, maxLength: 512, description: "The template's name." },
          language: { type: "string", minLength: 2, maxLength: 16, description: "Such as en or sw." },
          variables: {
            type: "object",
            additionalProperties: { type: "string", maxLength: 1024 },
            maxProperties: 32,
            description: "What to put in, by the template's own names: 1, 2, … or words.",
          },
        },
        required: ["name", "language"],
        additionalProperties: false,
      },
      sideEffects: true,
      permissionsRequired: ["WRITE_MESSAGES"],
    },
  ],
  async executeTool(toolName, args, ctx) {
    if (ctx.room === null) {
      return "Sending failed: this call is for no customer.\nFallback suggestions: call it from a chat, or name the customer with the call.";
    }
    const message = toMessage(toolName, JSON.parse(args));
    // One call is one message, also when the call is repeated after a crash.
    return describe(await ctx.room.send(message, ctx.callId));
  },
});

type Arguments = {
  readonly text?: string;
  readonly name?: string;
  readonly language?: string;
  readonly variables?: Record<string, string>;
};

function toMessage(
  toolName: string,
  { text = "", name = "", language = "", variables = {} }: Arguments,
): OutgoingMessage {
  return toolName === "send_message"
    ? { type: "text", text }
    : {
        type: "template",
        text: [`[Template ${name}]`, ...Object.values(variables)].join(" "),
        template: { name, language, variables },
      };
}

function describe({ state, errorCode, policy }: OutboundLine): string {
  if (state === "held") {
    return `The message was accepted and goes out later, because of this rule: ${policy?.reason}.`;
  }
  if (state !== "failed" && state !== "blocked") {
    return state === "sent" ? "The message was sent." : "The message is on its way.";
  }
  if (errorCode === "opted_out") {
    return "Sending failed: the customer has asked to be sent nothing that they have not asked for.\nFallback suggestions: do not try again; leave it until they write.";
  }
  return errorCode === "outside_window"
    ? "Sending failed: the customer has not written for 24 hours, so WhatsApp takes approved templates only.\nFallback suggestions: `send_template` with a template that fits."
    : `Sending failed: the message was refused (${errorCode}).\nFallback suggestions: put it into your reply instead, or offer a person.`;
}
