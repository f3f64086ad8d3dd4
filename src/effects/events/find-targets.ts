import { and, eq, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { capabilityOf } from "../../contract/capabilities.ts";
import { capabilityFor, type EventType } from "../../contract/events.ts";
import type { Manifest } from "../../contract/manifest.ts";
import type { BridgePermission } from "../../contract/permissions.ts";
import { eventEndpoint, installation, instanceGrant, pluginVersion } from "../../db/schema/index.ts";

export type Target = { readonly kind: "plugin" | "endpoint"; readonly id: string };

type Happened = {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly type: EventType;
  readonly installationId: string | null;
};

/** Lets a plugin hear of what others did. */
const SEES_ALL: Readonly<Record<string, BridgePermission>> = {
  payment: "plugin:payments:status:any",
  refund: "plugin:payments:status:any",
  order: "plugin:ecommerce:orders:read:any",
};

/**
 * Who is to be told: plugins that are granted on the number, have a tool for such events, and either caused this one or
 * may read all of its kind; and the organisation's endpoints that asked for the type.
 */
export async function findTargets(
  { db }: Pick<Ctx, "db">,
  { organizationId, instanceId, type, installationId }: Happened,
): Promise<Target[]> {
  const seesAll = SEES_ALL[type.split(".", 1)[0] ?? ""];
  const [plugins, endpoints] = await db.batch([
    db
      .select({
        id: installation.id,
        manifest: pluginVersion.manifest,
        permissions: instanceGrant.permissions,
      })
      .from(instanceGrant)
      .innerJoin(installation, eq(installation.id, instanceGrant.installationId))
      .innerJoin(pluginVersion, eq(pluginVersion.id, installation.pluginVersionId))
      .where(
        and(
          eq(instanceGrant.organizationId, organizationId),
          eq(instanceGrant.instanceId, instanceId),
          eq(instanceGrant.status, "active"),
          eq(installation.status, "active"),
          // Most plugins take no events: their manifests need not be read.
          sql`instr(${pluginVersion.manifest}, ${capabilityFor(type)}) > 0`,
        ),
      ),
    db
      .select({ id: eventEndpoint.id, types: eventEndpoint.types })
      .from(eventEndpoint)
      .where(and(eq(eventEndpoint.organizationId, organizationId), eq(eventEndpoint.status, "active"))),
  ]);
  const mayHear = (row: (typeof plugins)[number]) =>
    (row.id === installationId || (seesAll !== undefined && row.permissions.includes(seesAll))) &&
    (JSON.parse(row.manifest) as Manifest).tools.some((tool) => capabilityOf(tool) === capabilityFor(type));
  return [
    ...plugins.filter(mayHear).map(({ id }) => ({ kind: "plugin" as const, id })),
    ...endpoints
      .filter(({ types }) => types.includes(type))
      .map(({ id }) => ({ kind: "endpoint" as const, id })),
  ];
}
