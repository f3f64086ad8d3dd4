/**
 * One number's catalog from the database, in a single round trip, and its copy in isolate memory.
 * A warm call reads nothing; a cold one reads everything it needs in one batch, the gateway key included.
 */
import { and, eq, ne, sql } from "drizzle-orm";
import QuickLRU from "quick-lru";
import type { CtxBase } from "../../access/context.ts";
import { capabilityOf } from "../../contract/capabilities.ts";
import type { Manifest } from "../../contract/manifest.ts";
import {
  installation,
  instance,
  instanceGrant,
  plugin,
  pluginSecret,
  pluginVersion,
} from "../../db/schema/index.ts";
import { type KnownGatewayKey, keepGatewayKey, selectGatewayKey } from "../../tenancy/keys/index.ts";
import { decideGates } from "../grants/index.ts";
import { type FirstPartyPlugin, findFirstPartyPlugin, toManifest } from "../in-process/index.ts";
import { findShopkeeper, hideBehind, isCommerceToolkit } from "./commerce-rule.ts";
import type { CatalogEntry, CatalogInstallation, InstanceCatalog } from "./instance-catalog.ts";
import { CATALOG_CACHE_ENTRIES, CATALOG_MAX_AGE_MS } from "./limits.ts";
import { keepVersion, type LoadedVersion, recalledVersionIds, recallVersion } from "./loaded-version.ts";
import { toModelName } from "./tool-name.ts";

export type CatalogAnswer = {
  /** Undefined when the number does not exist. */
  readonly catalog: InstanceCatalog | undefined;
  /** Null when no key was asked for, none has that hash, or it was revoked. */
  readonly key: KnownGatewayKey | null;
};

const catalogs = new QuickLRU<string, InstanceCatalog>({ maxSize: CATALOG_CACHE_ENTRIES });

/**
 * The number's catalog, not older than `CATALOG_MAX_AGE_MS`. `keyHash` names a gateway key that this isolate does
 * not know yet: it is read in the same round trip, catalog and all. What does not exist is not remembered, so that
 * a number works from the moment it is made.
 */
export async function loadCatalog(
  base: Pick<CtxBase, "db" | "clock">,
  instanceId: string,
  keyHash?: string,
): Promise<CatalogAnswer> {
  const now = base.clock.now();
  const known = catalogs.get(instanceId);
  if (keyHash === undefined && known && now - known.loadedAt < CATALOG_MAX_AGE_MS) {
    return { catalog: known, key: null };
  }
  return readCatalog(base.db, instanceId, keyHash ?? null, now);
}

/** Drops what this isolate keeps of an organisation's numbers, after a change that was made here. */
export function forgetCatalogs(organizationId: string): void {
  for (const [instanceId, catalog] of catalogs) {
    if (catalog.organizationId === organizationId) {
      catalogs.delete(instanceId);
    }
  }
}

async function readCatalog(
  db: CtxBase["db"],
  instanceId: string,
  keyHash: string | null,
  now: number,
): Promise<CatalogAnswer> {
  // Manifests that this isolate has parsed before stay in the database: they are most of the bytes.
  const known = JSON.stringify(recalledVersionIds());
  const [numbers, keyRows, rows] = await db.batch([
    db
      .select({
        id: instance.id,
        organizationId: instance.organizationId,
        systemPrompt: instance.systemPrompt,
      })
      .from(instance)
      .where(eq(instance.id, instanceId)),
    selectGatewayKey(db, keyHash ?? ""),
    db
      // A batch answers by column name: no two columns here may share one, or the values slip into each other.
      .select({
        id: installation.id,
        pluginId: installation.pluginId,
        slug: plugin.slug,
        kind: plugin.kind,
        status: installation.status,
        configSealed: installation.configSealed,
        userHashKeySealed: installation.userHashKeySealed,
        versionId: installation.pluginVersionId,
        manifest: sql<
          string | null
        >`case when ${pluginVersion.id} in (select value from json_each(${known})) then null else ${pluginVersion.manifest} end`,
        secretVersion: pluginSecret.version,
        secretSealed: pluginSecret.secretSealed,
        grantTools: instanceGrant.tools,
        grantPermissions: instanceGrant.permissions,
        callsPerMinute: instanceGrant.callsPerMinute,
        grantApprovals: instanceGrant.approvals,
        grantDeciders: instanceGrant.deciders,
      })
      .from(installation)
      .innerJoin(plugin, eq(plugin.id, installation.pluginId))
      .innerJoin(pluginVersion, eq(pluginVersion.id, installation.pluginVersionId))
      .leftJoin(
        pluginSecret,
        and(eq(pluginSecret.installationId, installation.id), eq(pluginSecret.status, "current")),
      )
      .leftJoin(
        instanceGrant,
        and(
          eq(instanceGrant.installationId, installation.id),
          eq(instanceGrant.instanceId, instanceId),
          eq(instanceGrant.status, "active"),
        ),
      )
      .where(
        and(
          eq(
            installation.organizationId,
            sql`(select ${instance.organizationId} from ${instance} where ${instance.id} = ${instanceId})`,
          ),
          ne(installation.status, "uninstalled"),
        ),
      ),
  ]);
  const key = keyHash === null ? null : keepGatewayKey(keyHash, keyRows, now);
  const number = numbers[0];
  if (number === undefined) {
    return { catalog: undefined, key };
  }
  const entries = new Map<string, CatalogEntry>();
  const active: CatalogInstallation[] = [];
  for (const row of rows) {
    // Only where there is one, since the toolkits are loaded for it.
    const firstParty = row.kind === "first_party" ? await findFirstPartyPlugin(row.pluginId) : undefined;
    const version = versionOf(row, firstParty);
    const held: CatalogInstallation = {
      id: row.id,
      slug: row.slug,
      version,
      firstParty,
      configSealed: row.configSealed,
      userHashKeySealed: row.userHashKeySealed,
      secret:
        row.secretVersion !== null && row.secretSealed !== null
          ? { version: row.secretVersion, sealed: row.secretSealed }
          : null,
      grant:
        row.grantTools === null
          ? null
          : {
              tools: row.grantTools,
              permissions: row.grantPermissions ?? [],
              callsPerMinute: row.callsPerMinute,
              approvals: row.grantApprovals ?? {},
              deciders: row.grantDeciders ?? {},
            },
    };
    if (held.grant && row.status === "active") {
      active.push(held);
    }
    for (const entry of entriesOf(held, row.status)) {
      entries.set(entry.modelName, entry);
    }
  }
  const shopkeeper = findShopkeeper(active);
  if (shopkeeper !== null) {
    for (const [name, entry] of entries) {
      entries.set(name, isCommerceToolkit(entry.installation) ? hideBehind(shopkeeper, entry) : entry);
    }
  }
  const firstParty = active.filter(
    (held) => held.firstParty && !(shopkeeper !== null && isCommerceToolkit(held)),
  );
  const { organizationId, systemPrompt } = number;
  const catalog = { instanceId, organizationId, systemPrompt, loadedAt: now, entries, firstParty };
  catalogs.set(instanceId, catalog);
  return { catalog, key };
}

function versionOf(
  row: { versionId: string; manifest: string | null },
  firstParty: FirstPartyPlugin | undefined,
): LoadedVersion {
  const known = recallVersion(row.versionId);
  if (known) {
    return known;
  }
  // Code is newer than its stored snapshot: a first-party plugin is what this deployment brought.
  if (firstParty) {
    return keepVersion(row.versionId, toManifest(firstParty));
  }
  if (row.manifest === null) {
    throw new Error(`The manifest of ${row.versionId} was recalled and forgotten within one read.`);
  }
  return keepVersion(row.versionId, JSON.parse(row.manifest) as Manifest);
}

function entriesOf(held: CatalogInstallation, status: "active" | "disabled" | "uninstalled"): CatalogEntry[] {
  return held.version.manifest.tools.map((tool) => {
    const modelName = toModelName(held.slug, tool.name);
    return {
      modelName,
      toolName: tool.name,
      installation: held,
      decision: decideGates({
        toolName: modelName,
        installation: { id: held.id, slug: held.slug, status },
        grant: held.grant,
        tool: {
          name: tool.name,
          isCapability: capabilityOf(tool) !== undefined,
          permissionsRequired:
            held.firstParty?.tools.find(({ name }) => name === tool.name)?.permissionsRequired ?? [],
        },
      }),
    };
  });
}
