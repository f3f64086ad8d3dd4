/** The gate `recipient`: from what the wire says to whom it is. */
import { and, eq } from "drizzle-orm";
import { openToken } from "../agent/chats/index.ts";
import { chatIdOf } from "../channels/chat-name.ts";
import type { Recipient } from "../contract/recipient.ts";
import { pluginContact } from "../db/schema/index.ts";
import type { ResolvedRecipient } from "../effects/recipients.ts";
import { AppError } from "../kernel/errors.ts";
import { normalizePhoneNumber } from "../tenancy/instances/index.ts";
import type { BridgeCtx } from "./bridge-call.ts";

/**
 * The recipient as verbs get it. Throws `recipient_token_invalid` (the same for a token that is unknown, has ended, or
 * is another installation's or number's), `recipient_not_known`, `phone_number_invalid`.
 */
export async function resolveRecipient(ctx: BridgeCtx, recipient: Recipient): Promise<ResolvedRecipient> {
  switch (recipient.type) {
    case "current_chat":
      return resolveCurrentChat(ctx, recipient.token);
    case "known_contact":
      return resolveKnownContact(ctx, recipient.userId);
    case "external_recipient": {
      const phone = normalizePhoneNumber(recipient.phone, "/recipient/phone");
      const chatObjectId = (await chatIdOf(ctx.chats, ctx.actor.instanceId, phone)).toString();
      return { scope: recipient.type, phone, chatObjectId, callId: null };
    }
  }
}

/**
 * The recipient as it counts for whether two calls are the same: by the conversation instead of the token, which a
 * repeated tool call gets anew.
 */
export async function identifyRecipient(ctx: BridgeCtx, recipient: Recipient): Promise<unknown> {
  if (recipient.type !== "current_chat") {
    return recipient;
  }
  const opened = await openToken(ctx.keyRing, recipient.token);
  return opened === null ? recipient : { type: recipient.type, chat: opened.objectId };
}

async function resolveCurrentChat(ctx: BridgeCtx, token: string): Promise<ResolvedRecipient> {
  const opened = await openToken(ctx.keyRing, token);
  if (opened === null || opened.expiresAt <= ctx.clock.now()) {
    throw tokenInvalid();
  }
  const { organizationId, instanceId, id: installationId } = ctx.actor;
  const found = await ctx.chats.get(ctx.chats.idFromString(opened.objectId)).resolveRecipient({
    organizationId,
    instanceId,
    token: { hash: opened.hash, installationId },
  });
  if (found === null) {
    throw tokenInvalid();
  }
  return {
    scope: "current_chat",
    phone: found.phone,
    chatObjectId: opened.objectId,
    callId: found.callId,
  };
}

async function resolveKnownContact(ctx: BridgeCtx, userId: string): Promise<ResolvedRecipient> {
  const { organizationId, instanceId, id: installationId } = ctx.actor;
  const contact = await ctx.db
    .select({ chatObjectId: pluginContact.chatObjectId })
    .from(pluginContact)
    .where(
      and(
        eq(pluginContact.installationId, installationId),
        eq(pluginContact.instanceId, instanceId),
        eq(pluginContact.userId, userId),
      ),
    )
    .get();
  const found =
    contact &&
    (await ctx.chats
      .get(ctx.chats.idFromString(contact.chatObjectId))
      .resolveRecipient({ organizationId, instanceId, token: null }));
  if (!found) {
    throw new AppError("forbidden", "recipient_not_known", "This plugin knows no such customer here.", {
      gate: "recipient",
      hint: "A userId is the user.id of an earlier tool call for a customer who has chatted with this number.",
    });
  }
  return {
    scope: "known_contact",
    phone: found.phone,
    chatObjectId: contact.chatObjectId,
    callId: null,
  };
}

function tokenInvalid(): AppError {
  return new AppError(
    "forbidden",
    "recipient_token_invalid",
    "The current-chat token is not valid here and now.",
    {
      gate: "recipient",
      hint: "Use context.currentChat.token of the tool call that is being answered; it lives for ten minutes.",
    },
  );
}
