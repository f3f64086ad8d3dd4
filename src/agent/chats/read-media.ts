import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { openMedia } from "../../channels/open-media.ts";
import type { MediaPart } from "../../contract/channel.ts";
import { notFound } from "../../kernel/errors.ts";
import { findInstance } from "../../tenancy/instances/index.ts";
import { findChat } from "./find-chat.ts";

export type Media = { readonly part: MediaPart; readonly body: ReadableStream<Uint8Array> };

/**
 * A file that a customer has sent, as it comes from the provider. The reference must be that of a message in the chat:
 * the channel's credentials are not shown to an address that a caller names. Throws `media_not_found`, also when the
 * provider keeps it no longer, and `media_unavailable`.
 */
export async function readMedia({
  ctx,
  input: { id, reference },
}: {
  ctx: Ctx;
  input: { id: string; reference: string };
}): Promise<Media> {
  const organizationId = requirePermission(ctx, "chats:read");
  const { row, object } = await findChat(ctx, organizationId, id);
  const part = await object.findMedia({ reference });
  if (part === null) {
    throw notFound("media", "with this reference");
  }
  const instance = await findInstance({ ctx, id: row.instanceId });
  return { part, body: await openMedia(ctx, instance, reference) };
}
