import { and, eq, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { installation, instanceGrant, pluginSecret } from "../../db/schema/index.ts";
import { findInstallation } from "./find-installation.ts";

/**
 * Ends an installation: grants are revoked, secrets, configuration and the customer-hash key are destroyed;
 * the row and its calls stay as history. Uninstalling twice is no error and changes nothing.
 */
export async function uninstallPlugin({ ctx, input }: { ctx: Ctx; input: { id: string } }): Promise<void> {
  const organizationId = requirePermission(ctx, "plugins:install");
  const row = await findInstallation({ db: ctx.db, organizationId, id: input.id });
  const now = ctx.clock.now();
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "installation.uninstalled",
      subjectType: "installation",
      subjectId: row.id,
      detail: { slug: row.slug, version: row.version },
    },
    [
      ctx.db
        .update(instanceGrant)
        .set({ status: "revoked", revokedAt: now, updatedAt: now })
        .where(and(eq(instanceGrant.installationId, row.id), eq(instanceGrant.status, "active"))),
      ctx.db
        .update(pluginSecret)
        .set({ status: "revoked", secretSealed: null })
        .where(eq(pluginSecret.installationId, row.id)),
      ctx.db
        .update(installation)
        .set({
          status: "uninstalled",
          configSealed: null,
          userHashKeySealed: null,
          uninstalledAt: now,
          updatedAt: now,
        })
        .where(
          and(
            eq(installation.id, row.id),
            eq(installation.organizationId, organizationId),
            ne(installation.status, "uninstalled"),
          ),
        ),
    ],
  );
}
