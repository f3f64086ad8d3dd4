import { and, eq } from "drizzle-orm";
import type { OrgCtx } from "../../access/context.ts";
import type { SendPolicy } from "../../contract/policy.ts";
import { installation, instanceGrant } from "../../db/schema/index.ts";

/**
 * Whether the plugin that sends a message on its own account may still write from this number: one that was revoked,
 * disabled or taken away since says nothing more. True for what no plugin sends, and for answers.
 */
export async function isStillGranted(
  { db, actor }: Pick<OrgCtx, "db" | "actor">,
  instanceId: string,
  { kind, installationId = null }: SendPolicy,
): Promise<boolean> {
  if (kind !== "proactive" || installationId === null) {
    return true;
  }
  const row = await db
    .select({ id: instanceGrant.id })
    .from(instanceGrant)
    .innerJoin(installation, eq(installation.id, instanceGrant.installationId))
    .where(
      and(
        eq(instanceGrant.organizationId, actor.organizationId),
        eq(instanceGrant.instanceId, instanceId),
        eq(instanceGrant.installationId, installationId),
        eq(instanceGrant.status, "active"),
        eq(installation.status, "active"),
      ),
    )
    .get();
  return row !== undefined;
}
