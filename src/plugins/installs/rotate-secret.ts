import { and, eq, max } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { pluginSecret } from "../../db/schema/index.ts";
import { isUniqueViolation } from "../../db/violations.ts";
import { AppError } from "../../kernel/errors.ts";
import { findInstallation } from "./find-installation.ts";
import type { RotateInput } from "./schemas.ts";
import { createSecret } from "./secrets.ts";
import { requireLiving } from "./set-installation-status.ts";

/**
 * Makes a new secret and shows it once. The platform signs with it from now on; the old one verifies until the
 * overlap ends, so that the plugin can change over without refusing a call.
 */
export async function rotateSecret({ ctx, input }: { ctx: Ctx; input: RotateInput & { id: string } }) {
  const organizationId = requirePermission(ctx, "plugins:secrets");
  const row = requireLiving(await findInstallation({ db: ctx.db, organizationId, id: input.id }));
  if (row.kind !== "manifest") {
    throw new AppError(
      "conflict",
      "no_secret",
      "A first-party plugin runs inside the platform and has no secret.",
    );
  }
  const newest = await ctx.db
    .select({ version: max(pluginSecret.version) })
    .from(pluginSecret)
    .where(eq(pluginSecret.installationId, row.id))
    .get();
  const secret = await createSecret(ctx, row.id, (newest?.version ?? 0) + 1);
  const now = ctx.clock.now();
  const retired =
    input.overlapSeconds === 0
      ? ({ status: "revoked", secretSealed: null, expiresAt: now } as const)
      : ({ status: "retiring", expiresAt: now + input.overlapSeconds * 1000 } as const);
  try {
    await writeWithAudit(
      ctx.db,
      {
        organizationId,
        actor: ctx.actor,
        requestId: ctx.requestId,
        now,
        action: "plugin_secret.rotated",
        subjectType: "installation",
        subjectId: row.id,
        detail: { version: secret.shownOnce.version, overlapSeconds: input.overlapSeconds },
      },
      [
        ctx.db
          .update(pluginSecret)
          .set(retired)
          .where(and(eq(pluginSecret.installationId, row.id), eq(pluginSecret.status, "current"))),
        ctx.db.insert(pluginSecret).values(secret.row),
      ],
    );
  } catch (error) {
    if (isUniqueViolation(error)) {
      throw new AppError(
        "conflict",
        "rotation_in_progress",
        "The secret was rotated a moment ago by somebody else.",
        { cause: error },
      );
    }
    throw error;
  }
  return secret.shownOnce;
}
