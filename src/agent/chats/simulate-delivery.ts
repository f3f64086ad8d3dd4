import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { CHAT_PHONE_PURPOSE, chatOf } from "../../channels/chat-name.ts";
import type { SimulateInput } from "../../contract/chat.ts";
import { describeSending } from "../../effects/schedule/index.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { findInstance, normalizePhoneNumber } from "../../tenancy/instances/index.ts";
import { findChat } from "./find-chat.ts";
import type { DeliverySimulation, SimulateDelivery, SimulateSending } from "./schemas.ts";

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
  const at = toTimeToCome(ctx, fields.at, 0);
  const phone = await findPhone(ctx, organizationId, instanceId, fields.customer);
  const { kind, isUrgent = false, whenClosed = "block", template = null, installationId = null } = fields;
  const policy = { kind, isUrgent, whenClosed, template, installationId };
  return simulate(ctx, { address: { organizationId, instanceId, phone }, text: fields.text, policy, at });
}

/**
 * What would become of the next sending of a scheduled message at its time, or at another one, by the facts of its
 * customer's chat as they are now. Throws `scheduled_message_not_found`, `scheduled_message_not_open`,
 * `simulation_time_passed`.
 */
export async function simulateSending({
  ctx,
  input: { id, fields },
}: {
  ctx: Ctx;
  input: { id: string; fields: SimulateSending };
}): Promise<DeliverySimulation> {
  const organizationId = requirePermission(ctx, "schedules:read");
  const { instanceId, phone, text, policy, sendAt, isGranted } = await describeSending({
    ctx,
    input: { id },
  });
  const at = toTimeToCome(ctx, fields.at, sendAt);
  const address = { organizationId, instanceId, phone };
  const simulated = await simulate(ctx, { address, text, policy, at });
  if (isGranted || simulated.reason === "expired") {
    return simulated;
  }
  // The grant may be there, and not the permission that this message was asked for with.
  const refusal = { decision: "block", reason: "grant_revoked", until: null } as const;
  const rules = simulated.rules.map((rule) =>
    rule.rule === "grant" ? { ...rule, passed: false, ...refusal } : rule,
  );
  return { ...refusal, at: simulated.at, rules };
}

/** The time asked for, or else that one, or else now. */
function toTimeToCome({ clock }: Pick<Ctx, "clock">, asked: string | undefined, otherwise: number): number {
  const now = clock.now();
  const at = asked === undefined ? Math.max(now, otherwise) : Date.parse(asked);
  if (at < now) {
    throw new AppError("invalid", "simulation_time_passed", "That time is over.", {
      issues: [{ pointer: "/at", code: "simulation_time_passed", message: "Name a time to come." }],
    });
  }
  return at;
}

async function simulate(ctx: Ctx, input: SimulateInput): Promise<DeliverySimulation> {
  const { instanceId, phone } = input.address;
  const object = await chatOf(ctx.chats, instanceId, phone);
  const { decision, rules } = await object.simulate(input);
  return {
    ...decision,
    at: new Date(input.at).toISOString(),
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
