import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { model } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import { forgetModels } from "./find-model.ts";

/** Takes a model out of the catalog: at once in this isolate, within `MODEL_MAX_AGE_MS` everywhere. */
export async function removeModel({ ctx, input }: { ctx: Ctx; input: { id: string } }): Promise<void> {
  const organizationId = requirePermission(ctx, "models:manage");
  const removed = await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now: ctx.clock.now(),
      action: "model.removed",
      subjectType: "model",
      subjectId: input.id,
    },
    [ctx.db.delete(model).where(and(eq(model.id, input.id), eq(model.organizationId, organizationId)))],
  );
  if (removed === 0) {
    throw notFound("model", input.id);
  }
  forgetModels(organizationId);
}
