import { and, eq, isNull } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { gatewayKey } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import { forgetGatewayKey } from "./find-gateway-key.ts";

/**
 * Ends a gateway key: at once in this isolate, within `CREDENTIAL_MAX_AGE_MS` everywhere. Revoking it again changes
 * nothing.
 */
export async function revokeGatewayKey({ ctx, input }: { ctx: Ctx; input: { id: string } }): Promise<void> {
  const organizationId = requirePermission(ctx, "gateway_keys:manage");
  const now = ctx.clock.now();
  const isOurs = and(eq(gatewayKey.id, input.id), eq(gatewayKey.organizationId, organizationId));
  const changed = await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "gateway_key.revoked",
      subjectType: "gateway_key",
      subjectId: input.id,
    },
    [
      ctx.db
        .update(gatewayKey)
        .set({ revokedAt: now })
        .where(and(isOurs, isNull(gatewayKey.revokedAt))),
    ],
  );
  if (changed === 0 && !(await ctx.db.select({ id: gatewayKey.id }).from(gatewayKey).where(isOurs).get())) {
    throw notFound("gateway_key", input.id);
  }
  forgetGatewayKey(input.id);
}
