import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { CHAT_PHONE_PURPOSE, chatIdOf } from "../../channels/chat-name.ts";
import { chat } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import { findInstance, normalizePhoneNumber } from "../../tenancy/instances/index.ts";
import { planScheduleFor } from "./plan-schedule.ts";
import { scheduleMessage } from "./schedule-message.ts";
import type { ScheduleRow } from "./schedule-row.ts";
import type { CreateSchedule } from "./schemas.ts";

/**
 * Schedules what staff wrote. Throws `instance_not_found`, `chat_not_found`, `phone_number_invalid`,
 * `schedule_invalid`, `schedules_too_many`.
 */
export async function createSchedule({
  ctx,
  input: { instanceId, customer, ...terms },
}: {
  ctx: Ctx;
  input: CreateSchedule;
}): Promise<ScheduleRow> {
  const organizationId = requirePermission(ctx, "schedules:write");
  await findInstance({ ctx, id: instanceId });
  const recipient = await findCustomer(ctx, organizationId, instanceId, customer);
  const plan = await planScheduleFor(
    ctx,
    organizationId,
    { instanceId, recipient: { scope: "external_recipient", ...recipient }, terms },
    { installationId: null, permission: null },
  );
  return scheduleMessage({ ctx, input: { plan, idempotencyKey: null } });
}

async function findCustomer(
  { db, chats, keyRing }: Ctx,
  organizationId: string,
  instanceId: string,
  customer: CreateSchedule["customer"],
): Promise<{ phone: string; chatObjectId: string }> {
  if ("phone" in customer) {
    const phone = normalizePhoneNumber(customer.phone, "/customer/phone");
    return { phone, chatObjectId: (await chatIdOf(chats, instanceId, phone)).toString() };
  }
  const row = await db
    .select()
    .from(chat)
    .where(
      and(
        eq(chat.id, customer.chatId),
        eq(chat.organizationId, organizationId),
        eq(chat.instanceId, instanceId),
      ),
    )
    .get();
  if (row === undefined) {
    throw notFound("chat", customer.chatId);
  }
  return { phone: await keyRing.open(row.phoneSealed, CHAT_PHONE_PURPOSE), chatObjectId: row.objectId };
}
