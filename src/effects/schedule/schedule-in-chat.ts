/** For the first-party toolkit: what the agent schedules for the customer of its chat. */
import { and, desc, eq, isNotNull } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { CHAT_PHONE_PURPOSE } from "../../channels/chat-name.ts";
import type { ScheduledMessage, ScheduleTerms } from "../../contract/schedule.ts";
import { chat, installation, scheduledMessage } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import { cancelOpen } from "./change-schedule.ts";
import { CHAT_LIST_MAX } from "./limits.ts";
import { planScheduleFor } from "./plan-schedule.ts";
import { presentSchedule } from "./present.ts";
import { scheduleMessage } from "./schedule-message.ts";
import { findSchedule } from "./schedule-row.ts";

type InChat = { readonly chatId: string; readonly pluginId: string };

/** What the toolkit's grant has to hold when the message is sent. */
const PERMISSION = "WRITE_MESSAGES";

/** Schedules a message to the chat's customer, once per key. Throws `schedule_invalid`, `schedules_too_many`. */
export async function scheduleInChat({
  ctx,
  input: { chatId, pluginId, terms, idempotencyKey },
}: {
  ctx: Ctx;
  input: InChat & { readonly terms: ScheduleTerms; readonly idempotencyKey: string };
}): Promise<ScheduledMessage> {
  const organizationId = requirePermission(ctx, "tools:call");
  const of = await findChatOf(ctx, organizationId, chatId);
  const installationId = await findInstallation(ctx, organizationId, pluginId);
  const recipient = {
    scope: "current_chat" as const,
    phone: await ctx.keyRing.open(of.phoneSealed, CHAT_PHONE_PURPOSE),
    chatObjectId: of.objectId,
  };
  const plan = await planScheduleFor(
    ctx,
    organizationId,
    { instanceId: of.instanceId, recipient, terms },
    { installationId, permission: PERMISSION },
  );
  return presentSchedule(await scheduleMessage({ ctx, input: { plan, idempotencyKey } }));
}

/** What the toolkit has waiting for the chat's customer, newest first. */
export async function listInChat({ ctx, input }: { ctx: Ctx; input: InChat }): Promise<ScheduledMessage[]> {
  const organizationId = requirePermission(ctx, "tools:call");
  const { objectId } = await findChatOf(ctx, organizationId, input.chatId);
  const ownerId = await findInstallation(ctx, organizationId, input.pluginId);
  const rows = await ctx.db
    .select()
    .from(scheduledMessage)
    .where(
      and(
        eq(scheduledMessage.chatObjectId, objectId),
        eq(scheduledMessage.ownerId, ownerId),
        isNotNull(scheduledMessage.dueAt),
      ),
    )
    .orderBy(desc(scheduledMessage.id))
    .limit(CHAT_LIST_MAX);
  return rows.map(presentSchedule);
}

/** Cancels one of them. Throws `scheduled_message_not_found`, `scheduled_message_not_open`. */
export async function cancelInChat({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: InChat & { readonly id: string };
}): Promise<ScheduledMessage> {
  const organizationId = requirePermission(ctx, "tools:call");
  const { objectId, instanceId } = await findChatOf(ctx, organizationId, input.chatId);
  const ownerId = await findInstallation(ctx, organizationId, input.pluginId);
  const row = await findSchedule(ctx, organizationId, input.id, { ownerId, instanceId });
  if (row.chatObjectId !== objectId) {
    throw notFound("scheduled_message", input.id);
  }
  return presentSchedule(await cancelOpen(ctx, row));
}

async function findChatOf({ db }: Pick<Ctx, "db">, organizationId: string, chatId: string) {
  const row = await db
    .select()
    .from(chat)
    .where(and(eq(chat.id, chatId), eq(chat.organizationId, organizationId)))
    .get();
  if (row === undefined) {
    throw notFound("chat", chatId);
  }
  return row;
}

async function findInstallation(
  { db }: Pick<Ctx, "db">,
  organizationId: string,
  pluginId: string,
): Promise<string> {
  const row = await db
    .select({ id: installation.id })
    .from(installation)
    .where(
      and(
        eq(installation.organizationId, organizationId),
        eq(installation.pluginId, pluginId),
        eq(installation.status, "active"),
      ),
    )
    .get();
  if (row === undefined) {
    throw notFound("installation", pluginId);
  }
  return row.id;
}
