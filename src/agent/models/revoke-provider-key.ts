import { and, eq, isNull } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { providerKey } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import { forgetModels } from "./find-model.ts";

/**
 * Destroys a provider key: at once in this isolate, within `MODEL_MAX_AGE_MS` everywhere. Models that may choose
 * take the next newest. Revoking it again changes nothing.
 */
export async function revokeProviderKey({ ctx, input }: { ctx: Ctx; input: { id: string } }): Promise<void> {
  const organizationId = requirePermission(ctx, "models:manage");
  const now = ctx.clock.now();
  const isOurs = and(eq(providerKey.id, input.id), eq(providerKey.organizationId, organizationId));
  const changed = await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "provider_key.revoked",
      subjectType: "provider_key",
      subjectId: input.id,
    },
    [
      ctx.db
        .update(providerKey)
        .set({ revokedAt: now, keySealed: null })
        .where(and(isOurs, isNull(providerKey.revokedAt))),
    ],
  );
  if (changed === 0 && !(await ctx.db.select({ id: providerKey.id }).from(providerKey).where(isOurs).get())) {
    throw notFound("provider_key", input.id);
  }
  forgetModels(organizationId);
}
