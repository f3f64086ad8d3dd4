import { and, eq, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import type { Manifest } from "../../contract/manifest.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { installation, plugin, pluginReview, pluginSecret, pluginVersion } from "../../db/schema/index.ts";
import { isUniqueViolation } from "../../db/violations.ts";
import { randomToken } from "../../kernel/crypto.ts";
import { AppError } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { checkPermissionsSeen } from "./check-permissions-seen.ts";
import { checkConfiguration } from "./configuration.ts";
import { findInstallation } from "./find-installation.ts";
import { findReview } from "./review-plugin.ts";
import { type InstallInput, presentInstallation } from "./schemas.ts";
import { createSecret, SEALED } from "./secrets.ts";

/**
 * Second step of a sandbox installation: turns a review into an installation with its own secret, which is in
 * the answer and nowhere else again. Private to the organisation. Throws `plugin_installed_already` (409) when
 * the organisation has a plugin of that slug.
 */
export async function installPlugin({ ctx, input }: { ctx: Ctx; input: InstallInput }) {
  const organizationId = requirePermission(ctx, "plugins:install");
  const review = await findReview({ ctx, id: input.reviewId });
  const manifest = JSON.parse(review.manifest) as Manifest;
  checkPermissionsSeen(manifest, input.permissionKeys);
  checkConfiguration(manifest.configurationSchema, input.configuration);

  const known = await ctx.db
    .select({ pluginId: plugin.id, installationId: installation.id })
    .from(plugin)
    .leftJoin(installation, and(eq(installation.pluginId, plugin.id), ne(installation.status, "uninstalled")))
    .where(and(eq(plugin.organizationId, organizationId), eq(plugin.slug, manifest.slug)))
    .get();
  if (known?.installationId) {
    throw installedAlready(manifest.slug, known.installationId);
  }

  const now = ctx.clock.now();
  const id = newId("installation");
  const pluginId = known?.pluginId ?? newId("plugin");
  const secret = await createSecret(ctx, id, 1);
  const versionId = await findVersionId(ctx, pluginId, review.contentHash);
  const newVersionId = versionId ?? newId("pluginVersion");
  try {
    await writeWithAudit(
      ctx.db,
      {
        organizationId,
        actor: ctx.actor,
        requestId: ctx.requestId,
        now,
        action: "installation.created",
        subjectType: "installation",
        subjectId: id,
        detail: {
          slug: manifest.slug,
          version: manifest.version,
          contentHash: review.contentHash,
          permissions: input.permissionKeys,
        },
      },
      [
        ...(known
          ? []
          : [
              ctx.db.insert(plugin).values({
                id: pluginId,
                kind: "manifest",
                slug: manifest.slug,
                organizationId,
                createdAt: now,
              }),
            ]),
        ...(versionId
          ? []
          : [
              ctx.db.insert(pluginVersion).values({
                id: newVersionId,
                pluginId,
                contentHash: review.contentHash,
                version: manifest.version,
                manifest: review.manifest,
                sourceUrl: review.sourceUrl,
                createdAt: now,
              }),
            ]),
        ctx.db.delete(pluginReview).where(eq(pluginReview.id, review.id)),
        ctx.db.insert(installation).values({
          id,
          organizationId,
          pluginId,
          pluginVersionId: newVersionId,
          mode: "sandbox",
          status: "active",
          configSealed: await ctx.keyRing.seal(JSON.stringify(input.configuration), SEALED.config),
          userHashKeySealed: await ctx.keyRing.seal(randomToken(), SEALED.userHashKey),
          createdBy: ctx.actor.id,
          createdAt: now,
          updatedAt: now,
        }),
        ctx.db.insert(pluginSecret).values(secret.row),
      ],
    );
  } catch (error) {
    // Two confirmations at once: the unique index lets one through.
    if (isUniqueViolation(error)) {
      throw new AppError(
        "conflict",
        "plugin_installed_already",
        `The plugin ${manifest.slug} was installed a moment ago.`,
        { cause: error },
      );
    }
    throw error;
  }
  const row = await findInstallation({ db: ctx.db, organizationId, id });
  return { ...presentInstallation(row), secret: secret.shownOnce };
}

/** The immutable snapshot with this content, if the plugin has it already. */
export async function findVersionId(
  ctx: Ctx,
  pluginId: string,
  contentHash: string,
): Promise<string | undefined> {
  const row = await ctx.db
    .select({ id: pluginVersion.id })
    .from(pluginVersion)
    .where(and(eq(pluginVersion.pluginId, pluginId), eq(pluginVersion.contentHash, contentHash)))
    .get();
  return row?.id;
}

function installedAlready(slug: string, installationId: string): AppError {
  return new AppError(
    "conflict",
    "plugin_installed_already",
    `The plugin ${slug} is installed already, as ${installationId}.`,
    {
      hint: `To bring in another version: POST /v1/installations/${installationId}/versions.`,
    },
  );
}
