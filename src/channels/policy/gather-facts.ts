import type { OutgoingMessage } from "../../contract/channel.ts";
import type { SendPolicy } from "../../contract/policy.ts";
import type { InstanceRow } from "../../tenancy/instances/index.ts";
import { channels } from "../channels.ts";
import { findTemplate } from "../find-template.ts";
import type { DeliveryFacts } from "./decide-delivery.ts";
import { HOLD_MAX_MS } from "./limits.ts";
import { timeZonesOf } from "./time-zones.ts";

/** What the conversation knows of a message. Times in epoch ms. */
export type ChatFacts = Pick<
  DeliveryFacts,
  | "lastInboundAt"
  | "optedOutAt"
  | "createdAt"
  | "isGranted"
  | "isDuplicate"
  | "customerCapFreesAt"
  | "pluginCapFreesAt"
  | "mustUseTemplate"
> & {
  /** Where somebody has said that the customer's clock is; null while nobody knows. */
  readonly timeZone: string | null;
};

type Question = {
  readonly now: number;
  readonly instance: InstanceRow;
  /** E.164. */
  readonly to: string;
  readonly message: OutgoingMessage;
  readonly policy: SendPolicy;
  readonly chat: ChatFacts;
};

/** Everything that counts for a message, with what the number sets and its channel can do. */
export function gatherFacts({
  now,
  instance,
  to,
  message,
  policy,
  chat: { timeZone, ...chat },
}: Question): DeliveryFacts {
  const { kind, isUrgent = false, whenClosed = "block", template = null } = policy;
  return {
    ...chat,
    now,
    kind,
    isUrgent,
    whenClosed,
    isTemplate: message.type === "template",
    template: template === null ? "none" : findTemplate(instance, template).ok ? "known" : "unknown",
    expiresAt: endOf(policy, chat.createdAt),
    textWindowMs: channels[instance.channel].capabilities.textWindowMs,
    quietHours: instance.delivery.quietHours,
    timeZones: timeZone === null ? timeZonesOf(to, instance.phoneNumber) : [timeZone],
  };
}

/** When a message is not worth sending any more, by its sender or by the policy's own limit. */
export function endOf({ expiresAt }: Pick<SendPolicy, "expiresAt">, createdAt: number): number {
  return Math.min(expiresAt ?? Number.POSITIVE_INFINITY, createdAt + HOLD_MAX_MS);
}
