import type { OrgCtx } from "../../access/context.ts";
import { decideDelivery, explainDelivery, gatherFacts } from "../../channels/policy/index.ts";
import type { SimulateAnswer, SimulateInput } from "../../contract/chat.ts";
import { findInstance } from "../../tenancy/instances/index.ts";
import { readChatFacts } from "./chat-facts.ts";
import { isStillGranted } from "./is-still-granted.ts";

/**
 * What the conversation's object would decide about a message at that time. `storage` is null for a customer with whom
 * nobody has exchanged a word.
 */
export async function simulateInChat(
  ctx: OrgCtx,
  storage: DurableObjectStorage | null,
  { address, text, policy, at }: SimulateInput,
): Promise<SimulateAnswer> {
  const instance = await findInstance({ ctx, id: address.instanceId });
  const isGranted = await isStillGranted(ctx, address.instanceId, policy);
  const message = { type: "text", text } as const;
  const known =
    storage === null
      ? NOBODY
      : readChatFacts(storage.sql, instance, { message, policy, groupSeq: 0, at }, at);
  const chat = { ...known, createdAt: at, isGranted, mustUseTemplate: false };
  const facts = gatherFacts({ now: at, instance, to: address.phone, message, policy, chat });
  return { decision: decideDelivery(facts), rules: explainDelivery(facts) };
}

const NOBODY = {
  lastInboundAt: 0,
  optedOutAt: null,
  timeZone: null,
  isDuplicate: false,
  customerCapFreesAt: null,
  pluginCapFreesAt: null,
};
