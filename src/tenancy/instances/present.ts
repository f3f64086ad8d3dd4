import type { Ctx } from "../../access/context.ts";
import { maskApprover, openApprovers } from "./approvers.ts";
import { maskCredentials, openCredentials } from "./credentials.ts";
import type { InstanceRow } from "./find-instance.ts";
import type { Instance } from "./schemas.ts";

/** A row as the API shows it: the channel's secrets masked, times in ISO 8601. */
export async function presentInstance(ctx: Pick<Ctx, "keyRing">, row: InstanceRow): Promise<Instance> {
  const credentials = await openCredentials(ctx, row);
  return {
    id: row.id,
    name: row.name,
    channel: row.channel,
    phoneNumber: row.phoneNumber,
    systemPrompt: row.systemPrompt,
    slashCommands: row.slashCommands,
    enabledPluginIds: row.enabledPluginIds,
    escalationWaitMinutes: row.escalationWaitMinutes,
    templates: row.templates,
    delivery: row.delivery,
    approvers: (await openApprovers(ctx, row)).map(maskApprover),
    approvalMinutes: row.approvalMinutes,
    ...(credentials && { credentials: maskCredentials(credentials) }),
    createdAt: new Date(row.createdAt).toISOString(),
    updatedAt: new Date(row.updatedAt).toISOString(),
  };
}
