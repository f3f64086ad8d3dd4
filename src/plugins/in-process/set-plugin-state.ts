import { and, eq, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { installation, plugin, pluginVersion } from "../../db/schema/index.ts";
import { randomToken, sha256 } from "../../kernel/crypto.ts";
import { notFound } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { SEALED } from "../installs/index.ts";
import { slugOf } from "./define-plugin.ts";
import { findFirstPartyPlugin } from "./registry.ts";
import { presentFirstParty } from "./schemas.ts";
import { toManifest } from "./to-manifest.ts";

/**
 * Enables or disables a first-party plugin for the organisation. Enabling makes an installation of it, which is
 * granted to numbers like any other; disabling keeps grants. Doing it twice changes nothing.
 */
export async function setPluginState({ ctx, input }: { ctx: Ctx; input: { id: string; enabled: boolean } }) {
  const organizationId = requirePermission(ctx, "grants:write");
  const definition = await findFirstPartyPlugin(input.id);
  if (definition === undefined) {
    throw notFound("plugin", input.id);
  }
  const status = input.enabled ? ("active" as const) : ("disabled" as const);
  const current = await ctx.db
    .select({ id: installation.id, status: installation.status })
    .from(installation)
    .where(
      and(
        eq(installation.organizationId, organizationId),
        eq(installation.pluginId, definition.id),
        ne(installation.status, "uninstalled"),
      ),
    )
    .get();
  if (current === undefined && !input.enabled) {
    return presentFirstParty(definition, null);
  }
  const now = ctx.clock.now();
  const audit = {
    organizationId,
    actor: ctx.actor,
    requestId: ctx.requestId,
    now,
    action: input.enabled ? "plugin.enabled" : "plugin.disabled",
    subjectType: "installation",
    detail: { plugin: definition.id, version: definition.version },
  };
  if (current) {
    await writeWithAudit(ctx.db, { ...audit, subjectId: current.id }, [
      ctx.db
        .update(installation)
        .set({ status, updatedAt: now })
        .where(and(eq(installation.id, current.id), ne(installation.status, status))),
    ]);
    return presentFirstParty(definition, { id: current.id, status });
  }
  const manifest = JSON.stringify(toManifest(definition));
  const contentHash = await sha256(manifest);
  // The snapshot's id follows from its content, so that parallel first enablings write the same row.
  const versionId = `pver_${contentHash}`;
  const id = newId("installation");
  const written = await writeWithAudit(ctx.db, { ...audit, subjectId: id }, [
    ctx.db
      .insert(plugin)
      .values({
        id: definition.id,
        kind: "first_party",
        slug: slugOf(definition),
        organizationId: null,
        createdAt: now,
      })
      .onConflictDoNothing(),
    ctx.db
      .insert(pluginVersion)
      .values({
        id: versionId,
        pluginId: definition.id,
        contentHash,
        version: definition.version,
        manifest,
        createdAt: now,
      })
      .onConflictDoNothing(),
    ctx.db
      .insert(installation)
      .values({
        id,
        organizationId,
        pluginId: definition.id,
        pluginVersionId: versionId,
        mode: "first_party",
        status,
        configSealed: null,
        userHashKeySealed: await ctx.keyRing.seal(randomToken(), SEALED.userHashKey),
        createdBy: ctx.actor.id,
        createdAt: now,
        updatedAt: now,
      })
      .onConflictDoNothing(),
  ]);
  if (written === 0) {
    // Somebody else enabled it in the same moment; theirs is the installation.
    return setPluginState({ ctx, input });
  }
  return presentFirstParty(definition, { id, status });
}
