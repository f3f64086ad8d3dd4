import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { instance } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { changeApprovers, openApprovers, sealApprovers } from "./approvers.ts";
import { changeCredentials, openCredentials, sealCredentials } from "./credentials.ts";
import { changeDelivery } from "./delivery-settings.ts";
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
  const { name, phoneNumber, systemPrompt, templates, credentials, approvers, approvalMinutes } = fields;
  const { slashCommands, enabledPluginIds, escalationWaitMinutes, delivery } = fields;
  const row = await findInstance({ ctx, id });
  if (phoneNumber === null && row.channel !== "simulator") {
    throw new AppError("invalid", "phone_number_needed", "Only a simulator works without a phone number.", {
      issues: [{ pointer: "/phoneNumber", code: "phone_number_needed", message: "Give it a number." }],
    });
  }
  const now = ctx.clock.now();
  const changes = {
    ...(name !== undefined && { name }),
    ...(phoneNumber !== undefined && { phoneNumber: phoneNumber && normalizePhoneNumber(phoneNumber) }),
    ...(systemPrompt !== undefined && { systemPrompt }),
    ...(slashCommands !== undefined && { slashCommands }),
    ...(enabledPluginIds !== undefined && { enabledPluginIds }),
    ...(escalationWaitMinutes !== undefined && { escalationWaitMinutes }),
    ...(templates !== undefined && { templates }),
    ...(delivery !== undefined && { delivery: changeDelivery(row.delivery, delivery) }),
    ...(approvers !== undefined && {
      approversSealed: await sealApprovers(
        ctx,
        id,
        changeApprovers(await openApprovers(ctx, row), approvers),
      ),
    }),
    ...(approvalMinutes !== undefined && { approvalMinutes }),
    ...(credentials !== undefined && {
      channelConfigSealed: await sealCredentials(
        ctx,
        id,
        changeCredentials(row.channel, await openCredentials(ctx, row), credentials),
      ),
    }),
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
        detail: { fields: Object.keys(fields) },
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
  return presentInstance(ctx, await findInstance({ ctx, id }));
}
