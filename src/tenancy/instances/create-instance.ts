import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { APPROVAL_MINUTES_DEFAULT } from "../../contract/approvals.ts";
import { ESCALATION_WAIT_MINUTES_DEFAULT } from "../../contract/escalation-words.ts";
import { DELIVERY_DEFAULTS } from "../../contract/policy.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { instance } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import { sealCredentials } from "./credentials.ts";
import { explainWriteFailure } from "./explain-write-failure.ts";
import type { InstanceRow } from "./find-instance.ts";
import { normalizePhoneNumber } from "./phone-number.ts";
import { presentInstance } from "./present.ts";
import type { CreateInstance, Instance } from "./schemas.ts";

/** Creates an instance. Refuses with `phone_number_invalid`, or `phone_number_taken` within the organisation. */
export async function createInstance({ ctx, input }: { ctx: Ctx; input: CreateInstance }): Promise<Instance> {
  const organizationId = requirePermission(ctx, "instances:write");
  const now = ctx.clock.now();
  const id = newId("instance");
  const row: InstanceRow = {
    id,
    organizationId,
    name: input.name,
    channel: input.channel,
    phoneNumber: input.phoneNumber === undefined ? null : normalizePhoneNumber(input.phoneNumber),
    channelConfigSealed:
      input.channel === "simulator" ? null : await sealCredentials(ctx, id, input.credentials),
    systemPrompt: input.systemPrompt ?? "",
    slashCommands: false,
    enabledPluginIds: null,
    escalationWaitMinutes: ESCALATION_WAIT_MINUTES_DEFAULT,
    approversSealed: null,
    approvalMinutes: APPROVAL_MINUTES_DEFAULT,
    templates: [],
    delivery: DELIVERY_DEFAULTS,
    createdAt: now,
    updatedAt: now,
  };
  try {
    await writeWithAudit(
      ctx.db,
      {
        organizationId,
        actor: ctx.actor,
        requestId: ctx.requestId,
        now,
        action: "instance.created",
        subjectType: "instance",
        subjectId: row.id,
        detail: { name: row.name, channel: row.channel },
      },
      [ctx.db.insert(instance).values(row)],
    );
  } catch (error) {
    throw explainWriteFailure(error);
  }
  return presentInstance(ctx, row);
}
