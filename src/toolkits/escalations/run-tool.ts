import type { EscalationUrgency } from "../../contract/escalation-words.ts";
import { createEscalation } from "../../effects/escalations/index.ts";
import { platformContextOf } from "../../plugins/capabilities/index.ts";
import type { FirstPartyPlugin } from "../../plugins/in-process/index.ts";

/** Calls for a person. Loaded at its first call, with the effects that it drives. */
export const runTool: FirstPartyPlugin["executeTool"] = async (_toolName, args, ctx) => {
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
};

type Arguments = {
  readonly reason: string;
  readonly summary: string;
  readonly urgency?: EscalationUrgency;
};
