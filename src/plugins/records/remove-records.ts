import { inArray, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import {
  auditEntry,
  bridgeCall,
  delivery,
  pluginEvent,
  toolCall,
  usageEvent,
} from "../../db/schema/index.ts";
import { REMOVE_ROWS } from "./limits.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Deletes tool calls, bridge calls, deliveries, usage, plugins' events and audit entries that are older than the configured time, a
 * bounded number at once.
 */
export async function removeRecords({ ctx }: { ctx: Ctx }): Promise<void> {
  const before = ctx.clock.now() - ctx.config.recordRetentionDays * DAY_MS;
  await ctx.db.batch([
    ctx.db
      .delete(toolCall)
      .where(
        inArray(
          toolCall.id,
          ctx.db
            .select({ id: toolCall.id })
            .from(toolCall)
            .where(lt(toolCall.createdAt, before))
            .limit(REMOVE_ROWS),
        ),
      ),
    ctx.db
      .delete(bridgeCall)
      .where(
        inArray(
          bridgeCall.id,
          ctx.db
            .select({ id: bridgeCall.id })
            .from(bridgeCall)
            .where(lt(bridgeCall.createdAt, before))
            .limit(REMOVE_ROWS),
        ),
      ),
    ctx.db
      .delete(delivery)
      .where(
        inArray(
          delivery.id,
          ctx.db
            .select({ id: delivery.id })
            .from(delivery)
            .where(lt(delivery.createdAt, before))
            .limit(REMOVE_ROWS),
        ),
      ),
    ctx.db
      .delete(usageEvent)
      .where(
        inArray(
          usageEvent.id,
          ctx.db
            .select({ id: usageEvent.id })
            .from(usageEvent)
            .where(lt(usageEvent.createdAt, before))
            .limit(REMOVE_ROWS),
        ),
      ),
    ctx.db
      .delete(auditEntry)
      .where(
        inArray(
          auditEntry.id,
          ctx.db
            .select({ id: auditEntry.id })
            .from(auditEntry)
            .where(lt(auditEntry.createdAt, before))
            .limit(REMOVE_ROWS),
        ),
      ),
    ctx.db
      .delete(pluginEvent)
      .where(
        inArray(
          pluginEvent.id,
          ctx.db
            .select({ id: pluginEvent.id })
            .from(pluginEvent)
            .where(lt(pluginEvent.createdAt, before))
            .limit(REMOVE_ROWS),
        ),
      ),
  ]);
}
