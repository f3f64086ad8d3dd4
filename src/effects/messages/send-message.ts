import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import type { SentMessage } from "../../contract/bridge.ts";
import type { OutboundLine } from "../../contract/chat.ts";
import { sha256 } from "../../kernel/crypto.ts";
import type { ResolvedRecipient } from "../recipients.ts";

export type Sending = {
  readonly instanceId: string;
  readonly recipient: ResolvedRecipient;
  readonly text: string;
  /** Names this message among all of the actor's: sent again, it is the same one. */
  readonly idempotencyKey: string;
};

/**
 * Sends text now, through the conversation's own way out, once for each key of an actor. Outside of the window in
 * which WhatsApp takes free text the answer is `blocked`, and nothing is sent later either. Throws
 * `permission_not_granted`.
 */
export async function sendMessage({ ctx, input }: { ctx: Ctx; input: Sending }): Promise<SentMessage> {
  const { instanceId, recipient, text, idempotencyKey } = input;
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
  });
  return { id, ...stateOf(line) };
}

function stateOf({ state, errorCode }: OutboundLine): Omit<SentMessage, "id"> {
  switch (state) {
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
