import { and, eq, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { installation, instanceGrant, scheduledMessage } from "../../db/schema/index.ts";
import type { ScheduleRow } from "./schedule-row.ts";

/** A grant by which a plugin may write from a number. */
export type ActiveGrant = Pick<
  typeof instanceGrant.$inferSelect,
  "instanceId" | "installationId" | "permissions"
>;

/** The active grants of the plugins that asked for these messages (a JSON array of ids), as a statement. */
export function readGrantsOf({ db }: Pick<Ctx, "db">, ids: string) {
  const asked = sql`select ${scheduledMessage.instanceId}, ${scheduledMessage.installationId} from ${scheduledMessage}
                    where ${scheduledMessage.id} in (select value from json_each(${ids}))`;
  return db
    .select({
      instanceId: instanceGrant.instanceId,
      installationId: instanceGrant.installationId,
      permissions: instanceGrant.permissions,
    })
    .from(instanceGrant)
    .innerJoin(installation, eq(installation.id, instanceGrant.installationId))
    .where(
      and(
        sql`(${instanceGrant.instanceId}, ${instanceGrant.installationId}) in (${asked})`,
        eq(instanceGrant.status, "active"),
        eq(installation.status, "active"),
      ),
    );
}

/**
 * Whether the plugin that asked for the message may still have it sent: active, and its grant on the number holds the
 * permission. What staff wrote needs no grant.
 */
export function isStillGranted(
  { instanceId, installationId, permission }: ScheduleRow,
  grants: readonly ActiveGrant[],
): boolean {
  return (
    installationId === null ||
    grants.some(
      (grant) =>
        grant.instanceId === instanceId &&
        grant.installationId === installationId &&
        (permission === null || grant.permissions.includes(permission)),
    )
  );
}
