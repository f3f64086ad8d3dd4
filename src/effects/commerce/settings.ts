import { eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { commerceSetting } from "../../db/schema/index.ts";
import { DEFAULT_ORDER_PREFIX, DEFAULT_UNPAID_HOURS } from "./limits.ts";
import type { CommerceSettings } from "./schemas.ts";

/** How the organisation's shop works. */
export async function getCommerceSettings({ ctx }: { ctx: Ctx }): Promise<CommerceSettings> {
  const organizationId = requirePermission(ctx, "catalog:read");
  const row = await selectSettings(ctx, organizationId).get();
  return toSettings(row);
}

/** Changes it for orders that are placed from now on. */
export async function setCommerceSettings({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: CommerceSettings;
}): Promise<CommerceSettings> {
  const organizationId = requirePermission(ctx, "catalog:write");
  const now = ctx.clock.now();
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "commerce_settings.changed",
      subjectType: "organization",
      subjectId: organizationId,
      detail: input,
    },
    [
      ctx.db
        .insert(commerceSetting)
        .values({ organizationId, ...input, updatedAt: now })
        .onConflictDoUpdate({ target: commerceSetting.organizationId, set: { ...input, updatedAt: now } }),
    ],
  );
  return input;
}

/** For a batch of a verb that has checked its permission. */
export function selectSettings({ db }: Pick<Ctx, "db">, organizationId: string) {
  return db
    .select({ orderPrefix: commerceSetting.orderPrefix, unpaidHours: commerceSetting.unpaidHours })
    .from(commerceSetting)
    .where(eq(commerceSetting.organizationId, organizationId));
}

/** The row, or what holds without one. */
export function toSettings(row: CommerceSettings | undefined): CommerceSettings {
  return row ?? { orderPrefix: DEFAULT_ORDER_PREFIX, unpaidHours: DEFAULT_UNPAID_HOURS };
}
