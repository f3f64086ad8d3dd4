import { and, eq, isNull } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { apiToken } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import { forgetApiToken } from "./find-api-token.ts";

/**
 * Ends an API token: at once in this isolate, within `CREDENTIAL_MAX_AGE_MS` everywhere. Revoking it again changes
 * nothing.
 */
export async function revokeApiToken({ ctx, input }: { ctx: Ctx; input: { id: string } }): Promise<void> {
  const organizationId = requirePermission(ctx, "tokens:manage");
  const now = ctx.clock.now();
  const isOurs = and(eq(apiToken.id, input.id), eq(apiToken.organizationId, organizationId));
  const changed = await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "api_token.revoked",
      subjectType: "api_token",
      subjectId: input.id,
    },
    [
      ctx.db
        .update(apiToken)
        .set({ revokedAt: now })
        .where(and(isOurs, isNull(apiToken.revokedAt))),
    ],
  );
  if (changed === 0 && !(await ctx.db.select({ id: apiToken.id }).from(apiToken).where(isOurs).get())) {
    throw notFound("api_token", input.id);
  }
  forgetApiToken(input.id);
}
