import { and, desc, eq, lt, or } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { delivery } from "../../db/schema/index.ts";
import { isoTime } from "../../http/openapi.ts";
import { type DeliveriesQuery, presentDelivery } from "./schemas.ts";

/**
 * Messages that were blocked or held, by whatever way they came, with the latest decision and its rule; newest first,
 * only what fits every filter given.
 */
export async function listDeliveries({ ctx, input }: { ctx: Ctx; input: DeliveriesQuery }) {
  const organizationId = requirePermission(ctx, "calls:read");
  const { limit, instanceId, installationId, chatId, decision, reason, kind } = input;
  const before = readCursor(input.cursor);
  const rows = await ctx.db
    .select()
    .from(delivery)
    .where(
      and(
        eq(delivery.organizationId, organizationId),
        instanceId ? eq(delivery.instanceId, instanceId) : undefined,
        installationId ? eq(delivery.installationId, installationId) : undefined,
        chatId ? eq(delivery.chatId, chatId) : undefined,
        decision ? eq(delivery.decision, decision) : undefined,
        reason ? eq(delivery.reason, reason) : undefined,
        kind ? eq(delivery.kind, kind) : undefined,
        before === null
          ? undefined
          : or(
              lt(delivery.createdAt, before.at),
              and(eq(delivery.createdAt, before.at), lt(delivery.id, before.id)),
            ),
      ),
    )
    .orderBy(desc(delivery.createdAt), desc(delivery.id))
    .limit(limit + 1);
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    data: shown.map(presentDelivery),
    nextCursor: last === undefined ? null : `${isoTime(last.createdAt)} ${last.id}`,
  };
}

/** Ids of deliveries do not sort by time, so a cursor has both. Null for none, and for what is no cursor. */
function readCursor(cursor: string | undefined): { at: number; id: string } | null {
  const [time = "", id] = cursor?.split(" ") ?? [];
  const at = Date.parse(time);
  return id === undefined || Number.isNaN(at) ? null : { at, id };
}
