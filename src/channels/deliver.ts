import type { CtxBase } from "../access/context.ts";
import { type InstanceRow, openCredentials } from "../tenancy/instances/index.ts";
import type { Capabilities, SendOutcome } from "./channel.ts";
import { channels } from "./channels.ts";
import { webhookPath } from "./webhook-path.ts";

type Delivery = {
  readonly instance: InstanceRow;
  /** E.164. */
  readonly to: string;
  readonly text: string;
  /** Epoch ms of the customer's last message; null when there is none. */
  readonly lastInboundAt: number | null;
};

/**
 * The one way out to a customer. The caller has claimed the message: it is sent at most once by a call. Never throws
 * for what a provider does; the outcome says whether it may be sent again.
 */
export async function deliver({
  ctx,
  input: { instance, to, text, lastInboundAt },
}: {
  ctx: CtxBase;
  input: Delivery;
}): Promise<SendOutcome> {
  const channel = channels[instance.channel];
  if (!isInsideTextWindow(channel.capabilities, lastInboundAt, ctx.clock.now())) {
    return { state: "failed", errorCode: "outside_window" };
  }
  const { publicBaseUrl, allowInsecurePluginUrls } = ctx.config;
  return channel.sendText(
    {
      from: instance.phoneNumber,
      to,
      text,
      statusUrl: publicBaseUrl + webhookPath(instance),
      allowLoopbackHttp: allowInsecurePluginUrls,
    },
    await openCredentials(ctx, instance),
  );
}

/** What the instance's provider can do. */
export function capabilitiesOf(instance: Pick<InstanceRow, "channel">): Capabilities {
  return channels[instance.channel].capabilities;
}

/** Whether free text may be sent now: outside of the window WhatsApp takes approved templates only. */
export function isInsideTextWindow(
  { textWindowMs }: Capabilities,
  lastInboundAt: number | null,
  now: number,
): boolean {
  return textWindowMs === null || (lastInboundAt !== null && now - lastInboundAt <= textWindowMs);
}
