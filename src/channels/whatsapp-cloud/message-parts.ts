import { z } from "zod";
import type { InboundPart } from "../../contract/channel.ts";

const Media = z.object({
  id: z.string(),
  mime_type: z.string().nullish(),
  caption: z.string().nullish(),
  filename: z.string().nullish(),
});
const Reply = z.object({ id: z.string().nullish(), title: z.string() });

/** A message of the Cloud API: `type` says which of the other fields is set. A type that is new has none of them. */
export const CloudMessage = z.object({
  id: z.string().min(1),
  from: z.string(),
  timestamp: z.coerce.number().int().nonnegative(),
  type: z.string(),
  text: z.object({ body: z.string() }).optional().catch(undefined),
  image: Media.optional().catch(undefined),
  audio: Media.optional().catch(undefined),
  video: Media.optional().catch(undefined),
  document: Media.optional().catch(undefined),
  sticker: Media.optional().catch(undefined),
  location: z
    .object({
      latitude: z.number(),
      longitude: z.number(),
      name: z.string().nullish(),
      address: z.string().nullish(),
    })
    .optional()
    .catch(undefined),
  button: z.object({ text: z.string(), payload: z.string().nullish() }).optional().catch(undefined),
  interactive: z
    .object({ button_reply: Reply.optional(), list_reply: Reply.optional() })
    .optional()
    .catch(undefined),
  reaction: z
    .object({ emoji: z.string().optional(), message_id: z.string().nullish() })
    .optional()
    .catch(undefined),
  contacts: z
    .array(z.object({ name: z.object({ formatted_name: z.string() }) }))
    .optional()
    .catch(undefined),
});
export type CloudMessage = z.infer<typeof CloudMessage>;

const MEDIA_KINDS = ["image", "audio", "video", "document", "sticker"] as const;

/** The message in our words; never empty, so that every message is stored. */
export function toParts(message: CloudMessage): InboundPart[] {
  const part = toPart(message);
  return [part ?? { type: "unknown", providerType: message.type.slice(0, 40) }];
}

function toPart(message: CloudMessage): InboundPart | null {
  const { text, location, button, interactive, reaction, contacts } = message;
  if (text) {
    return { type: "text", text: text.body };
  }
  for (const kind of MEDIA_KINDS) {
    const media = message[kind];
    if (media) {
      return {
        type: "media",
        kind,
        contentType: media.mime_type ?? null,
        reference: media.id,
        caption: media.caption ?? null,
        fileName: media.filename ?? null,
      };
    }
  }
  if (location) {
    const { latitude, longitude, name = null, address = null } = location;
    return { type: "location", latitude, longitude, name, address };
  }
  if (button) {
    return { type: "button", text: button.text, payload: button.payload ?? null };
  }
  const reply = interactive?.button_reply ?? interactive?.list_reply;
  if (reply) {
    return { type: "button", text: reply.title, payload: reply.id ?? null };
  }
  if (reaction) {
    return { type: "reaction", emoji: reaction.emoji ?? "", to: reaction.message_id ?? null };
  }
  return contacts
    ? { type: "contacts", names: contacts.map(({ name }) => name.formatted_name.slice(0, 200)) }
    : null;
}
