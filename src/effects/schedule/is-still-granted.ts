import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { installation, instanceGrant } from "../../db/schema/index.ts";
import type { ScheduleRow } from "./schedule-row.ts";

/**
 * Whether the plugin that asked for the message may still have it sent: active, and its grant on the number holds the
 * permission. What staff wrote needs no grant. Asked of the primary, so that a revocation counts at once.
 */
export async function isStillGranted(
  { db }: Pick<Ctx, "db">,
  { organizationId, instanceId, installationId, permission }: ScheduleRow,
): Promise<boolean> {
  if (installationId === null) {
    return true;
  }
  const row = await db
    .select({ permissions: instanceGrant.permissions })
    .from(instanceGrant)
    .innerJoin(installation, eq(installation.id, instanceGrant.installationId))
    .where(
      and(
        eq(instanceGrant.organizationId, organizationId),
        eq(instanceGrant.instanceId, instanceId),
        eq(instanceGrant.installationId, installationId),
        eq(instanceGrant.status, "active"),
        eq(installation.status, "active"),
      ),
    )
    .get();
  return row !== undefined && (permission === null || row.permissions.includes(permission));
}
