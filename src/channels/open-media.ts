import type { CtxBase } from "../access/context.ts";
import { AppError } from "../kernel/errors.ts";
import { type InstanceRow, openCredentials } from "../tenancy/instances/index.ts";
import { channels } from "./channels.ts";

/**
 * A customer's file from the instance's provider, by the reference that a genuine message brought. Throws
 * `media_not_found` when the provider has it no longer, and `media_unavailable`.
 */
export async function openMedia(
  ctx: CtxBase,
  instance: InstanceRow,
  reference: string,
): Promise<ReadableStream<Uint8Array>> {
  const { openMedia: open } = channels[instance.channel];
  const credentials = await openCredentials(ctx, instance);
  const { allowInsecurePluginUrls: allowLoopbackHttp } = ctx.config;
  const opened = open && credentials && (await open({ reference, allowLoopbackHttp }, credentials));
  if (opened?.ok) {
    return opened.value.body;
  }
  if (!opened || opened.error.reason === "gone") {
    throw new AppError("not_found", "media_not_found", "The provider keeps this file no longer.");
  }
  ctx.log.warn("media_unavailable", { instanceId: instance.id, code: opened.error.code });
  throw new AppError("upstream", "media_unavailable", "The provider did not give the file.", {
    hint: `Its reason: ${opened.error.code}. Try again later, and check the channel's credentials.`,
  });
}
