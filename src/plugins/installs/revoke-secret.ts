import { and, eq, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { pluginSecret } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { findInstallation } from "./find-installation.ts";

/**
 * Destroys a secret at once, overlap or not. Without a current secret, calls to the plugin are refused until
 * somebody rotates. Throws `plugin_secret_not_found`.
 */
export async function revokeSecret({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: { id: string; version: number };
}): Promise<void> {
  const organizationId = requirePermission(ctx, "plugins:secrets");
  const { id } = await findInstallation({ db: ctx.db, organizationId, id: input.id });
  const now = ctx.clock.now();
  const changed = await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "plugin_secret.revoked",
      subjectType: "installation",
      subjectId: id,
      detail: { version: input.version },
    },
    [
      ctx.db
        .update(pluginSecret)
        .set({ status: "revoked", secretSealed: null, expiresAt: now })
        .where(
          and(
            eq(pluginSecret.installationId, id),
            eq(pluginSecret.version, input.version),
            ne(pluginSecret.status, "revoked"),
          ),
        ),
    ],
  );
  if (changed === 0) {
    throw new AppError(
      "not_found",
      "plugin_secret_not_found",
      `There is no living secret of version ${input.version} here.`,
    );
  }
}
