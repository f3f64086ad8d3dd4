import { ESCALATION_URGENCIES } from "../../contract/escalation-words.ts";
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
  executeTool: async (...call) => (await import("./run-tool.ts")).runTool(...call),
});
