import type { Ctx } from "../access/context.ts";
import { requirePermission } from "../access/require-permission.ts";
import { AppError } from "../kernel/errors.ts";
import { findInstance, type InstanceRow, normalizePhoneNumber } from "../tenancy/instances/index.ts";
import { chatOf } from "./chat-name.ts";
import { newSimulatedId, type SimulatedContent, toSimulatedPart } from "./simulated-content.ts";

type SimulatedMessage = SimulatedContent & { id: string; from: string };

/**
 * A customer writes from a simulated phone. The same `messageId` counts once. What it leads to is at most a tool call,
 * so it needs no more than one. Throws `not_a_simulator` for an instance with a provider.
 */
export async function sendSimulatedMessage({ ctx, input }: { ctx: Ctx; input: SimulatedMessage }) {
  const organizationId = requirePermission(ctx, "tools:call");
  const instance = await findSimulator(ctx, input.id);
  const phone = normalizePhoneNumber(input.from, "/from");
  const providerId = input.messageId ?? newSimulatedId();
  const chat = await chatOf(ctx.chats, instance.id, phone);
  const { stored } = await chat.receive({
    address: { organizationId, instanceId: instance.id, phone },
    messages: [{ providerId, sentAt: ctx.clock.now(), parts: [toSimulatedPart(input)] }],
  });
  return { messageId: providerId, isNew: stored > 0 };
}

/** The instance, when it is a simulator. */
export async function findSimulator(ctx: Ctx, id: string): Promise<InstanceRow> {
  const instance = await findInstance({ ctx, id });
  if (instance.channel !== "simulator") {
    throw new AppError("conflict", "not_a_simulator", "A provider serves this number; write to it by phone.");
  }
  return instance;
}
