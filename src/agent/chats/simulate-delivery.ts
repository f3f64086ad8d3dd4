import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { CHAT_PHONE_PURPOSE, chatOf } from "../../channels/chat-name.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { findInstance, normalizePhoneNumber } from "../../tenancy/instances/index.ts";
import { findChat } from "./find-chat.ts";
import type { DeliverySimulation, SimulateDelivery } from "./schemas.ts";

/**
 * What would become of a message at that time, by the customer's chat and the number's settings as they are now. Nothing
 * is sent, kept or counted. Throws `chat_not_found`, `phone_number_invalid`, `simulation_time_passed`.
 */
export async function simulateDelivery({
  ctx,
  input: { id, fields },
}: {
  ctx: Ctx;
  input: { id: string; fields: SimulateDelivery };
}): Promise<DeliverySimulation> {
  const organizationId = requirePermission(ctx, "chats:read");
  const { id: instanceId } = await findInstance({ ctx, id });
  const now = ctx.clock.now();
  const at = fields.at === undefined ? now : Date.parse(fields.at);
  if (at < now) {
    throw new AppError("invalid", "simulation_time_passed", "That time is over.", {
      issues: [{ pointer: "/at", code: "simulation_time_passed", message: "Name a time to come." }],
    });
  }
  const phone = await findPhone(ctx, organizationId, instanceId, fields.customer);
  const { kind, isUrgent = false, whenClosed = "block", template = null, installationId = null } = fields;
  const object = await chatOf(ctx.chats, instanceId, phone);
  const { decision, rules } = await object.simulate({
    address: { organizationId, instanceId, phone },
    text: fields.text,
    policy: { kind, isUrgent, whenClosed, template, installationId },
    at,
  });
  return {
    ...decision,
    until: toTime(decision.until),
    rules: rules.map(({ rule, against }) => ({
      rule,
      passed: against === null,
      ...(against !== null && { ...against, until: toTime(against.until) }),
    })),
  };
}

const toTime = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

async function findPhone(
  ctx: Ctx,
  organizationId: string,
  instanceId: string,
  customer: SimulateDelivery["customer"],
): Promise<string> {
  if ("phone" in customer) {
    return normalizePhoneNumber(customer.phone, "/customer/phone");
  }
  const { row } = await findChat(ctx, organizationId, customer.chatId);
  if (row.instanceId !== instanceId) {
    throw notFound("chat", customer.chatId);
  }
  return ctx.keyRing.open(row.phoneSealed, CHAT_PHONE_PURPOSE);
}
