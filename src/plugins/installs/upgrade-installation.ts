import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import type { Manifest } from "../../contract/manifest.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { installation, pluginReview, pluginVersion } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { checkPermissionsSeen } from "./check-permissions-seen.ts";
import { checkConfiguration } from "./configuration.ts";
import { findInstallation } from "./find-installation.ts";
import { findVersionId } from "./install-plugin.ts";
import { openConfiguration } from "./read-configuration.ts";
import { findReview } from "./review-plugin.ts";
import { presentInstallation, type UpgradeInput } from "./schemas.ts";
import { SEALED } from "./secrets.ts";
import { requireLiving } from "./set-installation-status.ts";

/**
 * Moves an installation to another reviewed manifest of the same slug. Secret, configuration and grants stay;
 * tools and permissions that the new version adds stay off until somebody grants them, those it drops are gone
 * at once.
 */
export async function upgradeInstallation({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: UpgradeInput & { id: string };
}) {
  const organizationId = requirePermission(ctx, "plugins:install");
  const current = requireLiving(await findInstallation({ db: ctx.db, organizationId, id: input.id }));
  const review = await findReview({ ctx, id: input.reviewId });
  const manifest = JSON.parse(review.manifest) as Manifest;
  if (current.kind !== "manifest" || manifest.slug !== current.slug) {
    throw new AppError(
      "conflict",
      "slug_differs",
      `The review is of ${manifest.slug}, the installation of ${current.slug}.`,
      {
        hint: "Review a manifest with the same slug, or install it as a plugin of its own.",
      },
    );
  }
  checkPermissionsSeen(manifest, input.permissionKeys);
  const configuration = input.configuration ?? (await openConfiguration(ctx, current));
  checkConfiguration(manifest.configurationSchema, configuration);

  const now = ctx.clock.now();
  const known = await findVersionId(ctx, current.pluginId, review.contentHash);
  const pluginVersionId = known ?? newId("pluginVersion");
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "installation.upgraded",
      subjectType: "installation",
      subjectId: current.id,
      detail: { from: current.version, to: manifest.version, contentHash: review.contentHash },
    },
    [
      ...(known
        ? []
        : [
            ctx.db.insert(pluginVersion).values({
              id: pluginVersionId,
              pluginId: current.pluginId,
              contentHash: review.contentHash,
              version: manifest.version,
              manifest: review.manifest,
              sourceUrl: review.sourceUrl,
              createdAt: now,
            }),
          ]),
      ctx.db.delete(pluginReview).where(eq(pluginReview.id, review.id)),
      ctx.db
        .update(installation)
        .set({
          pluginVersionId,
          configSealed: await ctx.keyRing.seal(JSON.stringify(configuration), SEALED.config),
          updatedAt: now,
        })
        .where(and(eq(installation.id, current.id), eq(installation.organizationId, organizationId))),
    ],
  );
  return presentInstallation(await findInstallation({ db: ctx.db, organizationId, id: current.id }));
}
