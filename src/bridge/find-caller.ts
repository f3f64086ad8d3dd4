/** Who calls, and all that the gates look at: one round trip to the primary database. */
import { and, eq, ne, sql } from "drizzle-orm";
import type { PluginActor } from "../access/actor.ts";
import type { CtxBase } from "../access/context.ts";
import {
  idempotencyKey,
  installation,
  instanceGrant,
  plugin,
  pluginSecret,
  pluginVersion,
} from "../db/schema/index.ts";
import { SEALED } from "../plugins/installs/index.ts";
import { type BridgeToken, isSignedBy, tokenInvalid } from "./bridge-token.ts";
import type { KnownKey } from "./ledger.ts";

export type Caller = {
  readonly actor: PluginActor;
  readonly isActive: boolean;
  /** Whether the installation has a grant on the instance, which is then one of its organisation's. */
  readonly isGranted: boolean;
  /** Permission keys in the installed version's manifest. */
  readonly declared: ReadonlySet<string>;
  readonly granted: ReadonlySet<string>;
  /** What the ledger has under the call's idempotency key. */
  readonly knownKey: KnownKey | undefined;
};

/**
 * The plugin that signed the token. Throws `bridge_token_invalid` when no current or retiring secret of the named
 * installation did. `keyHash` is the hash of the call's idempotency key, null without one.
 */
export async function findCaller(
  { db, keyRing, clock }: Pick<CtxBase, "db" | "keyRing" | "clock">,
  token: BridgeToken,
  keyHash: string | null,
): Promise<Caller> {
  const { installationId, secretVersion, instanceId } = token;
  const [installations, secrets, grants, keys] = await db.batch([
    db
      .select({
        organizationId: installation.organizationId,
        status: installation.status,
        slug: plugin.slug,
        declared: sql<string>`(select json_group_array(value ->> '$.key') from json_each(${pluginVersion.manifest}, '$.permissions'))`,
      })
      .from(installation)
      .innerJoin(plugin, eq(plugin.id, installation.pluginId))
      .innerJoin(pluginVersion, eq(pluginVersion.id, installation.pluginVersionId))
      .where(eq(installation.id, installationId)),
    db
      .select({
        status: pluginSecret.status,
        sealed: pluginSecret.secretSealed,
        expiresAt: pluginSecret.expiresAt,
      })
      .from(pluginSecret)
      .where(
        and(
          eq(pluginSecret.installationId, installationId),
          ne(pluginSecret.status, "revoked"),
          secretVersion === null ? undefined : eq(pluginSecret.version, secretVersion),
        ),
      ),
    db
      .select({ organizationId: instanceGrant.organizationId, permissions: instanceGrant.permissions })
      .from(instanceGrant)
      .where(
        and(
          eq(instanceGrant.installationId, installationId),
          eq(instanceGrant.instanceId, instanceId),
          eq(instanceGrant.status, "active"),
        ),
      ),
    db
      .select()
      .from(idempotencyKey)
      .where(
        and(eq(idempotencyKey.installationId, installationId), eq(idempotencyKey.keyHash, keyHash ?? "")),
      ),
  ]);
  const [found] = installations;
  const isLiving = ({ status, expiresAt }: (typeof secrets)[number]) =>
    status === "current" || (expiresAt !== null && expiresAt > clock.now());
  const living = secrets.filter(isLiving).flatMap(({ sealed }) => sealed ?? []);
  const checked = await Promise.all(
    living.map(async (sealed) => isSignedBy(await keyRing.open(sealed, SEALED.secret), token)),
  );
  if (found === undefined || !checked.includes(true)) {
    throw tokenInvalid();
  }
  const grant = grants.find(({ organizationId }) => organizationId === found.organizationId);
  const declared = new Set(JSON.parse(found.declared) as string[]);
  const granted = new Set(grant?.permissions);
  return {
    actor: {
      kind: "plugin",
      id: installationId,
      organizationId: found.organizationId,
      instanceId,
      slug: found.slug,
      permissions: new Set([...granted].filter((key) => declared.has(key))),
    },
    isActive: found.status === "active",
    isGranted: grant !== undefined,
    declared,
    granted,
    knownKey: keys[0],
  };
}
