import { eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { timeZonesOf } from "../../channels/policy/index.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { chat } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { isTimeZone } from "../../kernel/time-zone.ts";
import { findInstance } from "../../tenancy/instances/index.ts";
import { PHONE_PURPOSE } from "./chat-row.ts";
import { findChat } from "./find-chat.ts";
import { presentChat } from "./present.ts";
import type { ChatDetail } from "./schemas.ts";

/** One conversation, with what decides when its customer may be written to. Throws `chat_not_found`. */
export async function getChat({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<ChatDetail> {
  return readChatDetail(ctx, requirePermission(ctx, "chats:read"), id);
}

/**
 * Says where the customer's clock is, or that nobody knows (null). What is held is decided anew. Throws
 * `chat_not_found`, `time_zone_unknown`.
 */
export async function updateChat({
  ctx,
  input: { id, timeZone },
}: {
  ctx: Ctx;
  input: { id: string; timeZone: string | null };
}): Promise<ChatDetail> {
  const organizationId = requirePermission(ctx, "chats:write");
  const { row, object } = await findChat(ctx, organizationId, id);
  if (timeZone !== null && !isTimeZone(timeZone)) {
    const message = "must be a time zone of the IANA list, such as Africa/Nairobi, or null";
    throw new AppError("invalid", "time_zone_unknown", `There is no time zone of that name: it ${message}.`, {
      issues: [{ pointer: "/timeZone", code: "time_zone_unknown", message }],
    });
  }
  await object.setTimeZone({ timeZone });
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now: ctx.clock.now(),
      action: "chat.time_zone_set",
      subjectType: "chat",
      subjectId: id,
      detail: { timeZone },
    },
    // The entry follows a change, and the zone itself lives in the object: what is written here never changes.
    [ctx.db.update(chat).set({ objectId: row.objectId }).where(eq(chat.id, id))],
  );
  return readChatDetail(ctx, organizationId, id);
}

async function readChatDetail(ctx: Ctx, organizationId: string, id: string): Promise<ChatDetail> {
  const { row, object } = await findChat(ctx, organizationId, id);
  const [shown, instance, { timeZone, optedOutAt, lastInboundAt }, phone] = await Promise.all([
    presentChat(ctx, row),
    findInstance({ ctx, id: row.instanceId }),
    object.readCustomer(),
    ctx.keyRing.open(row.phoneSealed, PHONE_PURPOSE),
  ]);
  return {
    ...shown,
    timeZone,
    assumedTimeZones: timeZone === null ? [...timeZonesOf(phone, instance.phoneNumber)] : [timeZone],
    optedOutAt: isoOrNull(optedOutAt),
    lastInboundAt: isoOrNull(lastInboundAt),
  };
}

const isoOrNull = (at: number | null) => (at === null ? null : new Date(at).toISOString());
