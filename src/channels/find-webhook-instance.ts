import { and, eq } from "drizzle-orm";
import type { CtxBase } from "../access/context.ts";
import { CHANNELS, type ChannelCredentials } from "../contract/channel.ts";
import { instance } from "../db/schema/index.ts";
import { notFound } from "../kernel/errors.ts";
import { type InstanceRow, openCredentials } from "../tenancy/instances/index.ts";
import type { Inbound } from "./channel.ts";
import { channels } from "./channels.ts";

/** The parts of a webhook's path. */
export type WebhookAddress = { readonly channel: string; readonly instanceId: string };

/**
 * The instance that a webhook is for. Nobody has proven anything yet, so this needs no actor; it tells nothing but
 * whether there is such an address. Throws `instance_not_found`.
 */
export async function findWebhookInstance(
  ctx: Pick<CtxBase, "db" | "keyRing">,
  address: WebhookAddress,
): Promise<{ instance: InstanceRow; inbound: Inbound; credentials: ChannelCredentials }> {
  const name = CHANNELS.find((known) => known === address.channel);
  const row =
    name &&
    (await ctx.db
      .select()
      .from(instance)
      .where(and(eq(instance.id, address.instanceId), eq(instance.channel, name)))
      .get());
  const inbound = row && channels[row.channel].inbound;
  const credentials = row && (await openCredentials(ctx, row));
  if (!row || !inbound || !credentials) {
    throw notFound("instance", address.instanceId);
  }
  return { instance: row, inbound, credentials };
}
