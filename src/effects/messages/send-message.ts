import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import type { SentMessage } from "../../contract/bridge.ts";
import type { OutboundLine } from "../../contract/chat.ts";
import type { SendPolicy } from "../../contract/policy.ts";
import { sha256 } from "../../kernel/crypto.ts";
import type { ResolvedRecipient } from "../recipients.ts";

export type Sending = {
  readonly instanceId: string;
  readonly recipient: ResolvedRecipient;
  readonly text: string;
  readonly wish: Pick<SendPolicy, "isUrgent" | "whenClosed" | "template">;
  /** Names this message among all of the actor's: sent again, it is the same one. */
  readonly idempotencyKey: string;
};

/**
 * Sends text through the conversation's own way out, once for each key of an actor. What the delivery policy keeps back
 * is answered as `held`, until when and by which rule, or as `blocked`: then nothing is sent later either. Throws
 * `permission_not_granted`.
 */
export async function sendMessage({ ctx, input }: { ctx: Ctx; input: Sending }): Promise<SentMessage> {
  const { instanceId, recipient, text, wish, idempotencyKey } = input;
  const organizationId = requireEffect(ctx, {
    control: "chats:write",
    bridge: `plugin:messages:send:${recipient.scope}`,
  });
  const { kind, id: actorId } = ctx.actor;
  // A name made of what makes it unique: a run that is repeated after a crash finds the same message.
  const id = `msg_${await sha256(`${actorId} ${idempotencyKey}`)}`;
  const chat = ctx.chats.get(ctx.chats.idFromString(recipient.chatObjectId));
  const { line } = await chat.send({
    address: { organizationId, instanceId, phone: recipient.phone },
    message: { type: "text", text },
    by: { kind, id: actorId },
    dedupeKey: id,
    // Whoever holds the token of the current chat answers the customer, who has just written there.
    policy: { kind: recipient.scope === "current_chat" ? "answer" : "proactive", ...wish },
  });
  return { id, ...stateOf(line) };
}

function stateOf({ state, errorCode, policy }: OutboundLine): Omit<SentMessage, "id"> {
  switch (state) {
    case "held":
    case "blocked":
      return {
        state,
        reason: policy?.reason ?? state,
        ...(policy?.until && { until: new Date(policy.until).toISOString() }),
      };
    case "sending":
    case "waiting":
      return { state: "waiting" };
    case "sent":
      return { state: "sent" };
    case "failed":
      return {
        state: errorCode === "outside_window" ? "blocked" : "failed",
        reason: errorCode ?? "provider_refused",
      };
    case "unknown":
      return { state: "unknown", reason: errorCode ?? "interrupted" };
  }
}
