import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { instance } from "../../db/schema/index.ts";
import { explainWriteFailure } from "./explain-write-failure.ts";
import { findInstance } from "./find-instance.ts";
import { normalizePhoneNumber } from "./phone-number.ts";
import { presentInstance } from "./present.ts";
import type { Instance, UpdateInstance } from "./schemas.ts";

/** Changes the named fields of an instance and leaves the others. The audit entry names them, not their values. */
export async function updateInstance({
  ctx,
  input: { id, fields },
}: {
  ctx: Ctx;
  input: { id: string; fields: UpdateInstance };
}): Promise<Instance> {
  const organizationId = requirePermission(ctx, "instances:write");
  const { name, phoneNumber, systemPrompt } = fields;
  const now = ctx.clock.now();
  const changes = {
    ...(name !== undefined && { name }),
    ...(phoneNumber !== undefined && { phoneNumber: phoneNumber && normalizePhoneNumber(phoneNumber) }),
    ...(systemPrompt !== undefined && { systemPrompt }),
  };
  try {
    await writeWithAudit(
      ctx.db,
      {
        organizationId,
        actor: ctx.actor,
        requestId: ctx.requestId,
        now,
        action: "instance.updated",
        subjectType: "instance",
        subjectId: id,
        detail: { fields: Object.keys(changes) },
      },
      [
        ctx.db
          .update(instance)
          .set({ ...changes, updatedAt: now })
          .where(and(eq(instance.id, id), eq(instance.organizationId, organizationId))),
      ],
    );
  } catch (error) {
    throw explainWriteFailure(error);
  }
  return presentInstance(await findInstance({ ctx, id }));
}
