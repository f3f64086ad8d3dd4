import { ESCALATION_URGENCIES, type EscalationUrgency } from "../../contract/escalation-words.ts";
import { createEscalation } from "../../effects/escalations/index.ts";
import { platformContextOf } from "../../plugins/capabilities/index.ts";
import { definePlugin } from "../../plugins/in-process/index.ts";

/** Lets the agent call for a person. */
export const escalations = definePlugin({
  id: "kivuko.escalations",
  name: "Escalations",
  version: "1.0.0",
  description: "Brings a person into the chat when the agent should not go on alone.",
  tools: [
    {
      name: "escalate_to_human",
      description:
        "Ask a colleague to take this chat over. Use it when the customer asks for a person, when you cannot help with your other tools, or when the matter is too serious to go on alone. Afterwards you are silent in this chat until a colleague hands it back.",
      parameters: {
        type: "object",
        properties: {
          reason: { type: "string", minLength: 1, maxLength: 200, description: "Why a person is needed." },
          summary: {
            type: "string",
            minLength: 1,
            maxLength: 2000,
            description: "What the colleague has to know: what the customer wants and what was tried.",
          },
          urgency: { enum: ESCALATION_URGENCIES, description: "`normal` unless there is a reason." },
        },
        required: ["reason", "summary"],
        additionalProperties: false,
      },
      // Not `sideEffects`: calling a person in must never wait for a person's approval.
    },
  ],
  async executeTool(_toolName, args, ctx) {
    const chatId = ctx.roomId;
    if (chatId === null) {
      return "Escalating failed: this call comes from no chat.\nFallback suggestions: tell whoever asked how else to reach a person.";
    }
    const { reason, summary, urgency = "normal" } = JSON.parse(args) as Arguments;
    const { id } = await createEscalation({
      ctx: platformContextOf(ctx),
      input: { chatId, reason, summary, urgency, source: { kind: "tool_call", id: ctx.callId } },
    });
    return `A colleague has been called for (${id}). Tell the customer that a colleague will write to them here, and promise no time.`;
  },
});

type Arguments = {
  readonly reason: string;
  readonly summary: string;
  readonly urgency?: EscalationUrgency;
};
