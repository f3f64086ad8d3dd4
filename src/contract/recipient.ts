/** Whom a bridge call is for. What it may be is a matter of the permission of the same name. */
import { z } from "zod";

export const CurrentChatRecipient = z.strictObject({
  type: z.literal("current_chat"),
  /** `context.currentChat.token` of the tool call. */
  token: z.string().min(1).max(600),
});

export const KnownContactRecipient = z.strictObject({
  type: z.literal("known_contact"),
  /** `context.user.id` of an earlier tool call. */
  userId: z.string().min(1).max(100),
});

const ExternalRecipient = z.strictObject({
  type: z.literal("external_recipient"),
  /** In international form, such as `+254712345678`. */
  phone: z.string().min(1).max(40),
});

export const Recipient = z.discriminatedUnion("type", [
  CurrentChatRecipient,
  KnownContactRecipient,
  ExternalRecipient,
]);
export type Recipient = z.infer<typeof Recipient>;
