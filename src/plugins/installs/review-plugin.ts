import { and, eq, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import type { Manifest } from "../../contract/manifest.ts";
import { installation, plugin, pluginReview, pluginVersion } from "../../db/schema/index.ts";
import { isoTime } from "../../http/openapi.ts";
import { sha256 } from "../../kernel/crypto.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { fetchOutside } from "../../kernel/outbound.ts";
import { MANIFEST_MAX_BYTES, parseManifest } from "../manifest/index.ts";
import { MANIFEST_FETCH_TIMEOUT_MS, REVIEW_LIFETIME_MS } from "./limits.ts";
import { type ReviewInput, summarizePermissions, summarizeTool } from "./schemas.ts";

/**
 * First step of a sandbox installation: fetches the manifest, checks all of it and keeps the snapshot for an
 * hour, so that what a person confirms is what they saw. Throws `manifest_unreachable` (502) or
 * `manifest_invalid` (422) with every problem.
 */
export async function reviewPlugin({ ctx, input }: { ctx: Ctx; input: ReviewInput }) {
  const organizationId = requirePermission(ctx, "plugins:install");
  const text = await fetchManifest(ctx, input.manifestUrl);
  const parsed = parseManifest(text, { allowInsecureLoopback: ctx.config.allowInsecurePluginUrls });
  if (!parsed.ok) {
    throw new AppError(
      "invalid",
      "manifest_invalid",
      `The manifest has ${count(parsed.error.length, "problem")}.`,
      {
        issues: parsed.error,
        hint: "Mend every problem named in `issues`. The schema is at /schemas/manifest.json; `kivuko validate` checks offline.",
      },
    );
  }
  const { manifest, canonicalJson, warnings } = parsed.value;
  const now = ctx.clock.now();
  const row = {
    id: newId("pluginReview"),
    organizationId,
    createdBy: ctx.actor.id,
    sourceUrl: input.manifestUrl,
    contentHash: await sha256(canonicalJson),
    manifest: canonicalJson,
    warnings: [...warnings],
    createdAt: now,
    expiresAt: now + REVIEW_LIFETIME_MS,
  };
  await ctx.db.insert(pluginReview).values(row);
  return presentReview(ctx, row, manifest);
}

/** A review of this organisation, as it was shown. Throws `plugin_review_not_found`. */
export async function getReview({ ctx, input }: { ctx: Ctx; input: { id: string } }) {
  requirePermission(ctx, "plugins:install");
  const row = await findReview({ ctx, id: input.id });
  return presentReview(ctx, row, JSON.parse(row.manifest) as Manifest);
}

/** The organisation's review that has not expired. Throws `plugin_review_not_found`. Not a permission check. */
export async function findReview({ ctx, id }: { ctx: Ctx; id: string }) {
  const organizationId = requirePermission(ctx, "plugins:install");
  const row = await ctx.db
    .select()
    .from(pluginReview)
    .where(and(eq(pluginReview.id, id), eq(pluginReview.organizationId, organizationId)))
    .get();
  if (row === undefined || row.expiresAt <= ctx.clock.now()) {
    throw notFound("plugin_review", id);
  }
  return row;
}

async function fetchManifest(ctx: Ctx, manifestUrl: string): Promise<string> {
  const answer = await fetchOutside({
    url: manifestUrl,
    method: "GET",
    headers: { accept: "application/json" },
    timeoutMs: MANIFEST_FETCH_TIMEOUT_MS,
    maxResponseBytes: MANIFEST_MAX_BYTES,
    allowLoopbackHttp: ctx.config.allowInsecurePluginUrls,
  });
  if (!answer.ok) {
    const { reason, message } = answer.error;
    switch (reason) {
      case "url_refused":
        throw new AppError("invalid", "manifest_url_refused", message, {
          issues: [{ pointer: "/manifestUrl", code: "url_refused", message }],
          hint: "Host the manifest at a public HTTPS address.",
        });
      case "too_large":
        throw new AppError(
          "too_large",
          "manifest_too_large",
          `The manifest is larger than ${MANIFEST_MAX_BYTES} bytes.`,
        );
      default:
        throw new AppError("upstream", "manifest_unreachable", message, {
          hint: "Open the address yourself: it must answer 200 with the manifest itself, without a redirect.",
        });
    }
  }
  if (answer.value.status !== 200) {
    throw new AppError(
      "upstream",
      "manifest_unreachable",
      `The manifest's address answered ${answer.value.status}, not 200.`,
      {
        hint: "Open the address yourself: it must answer 200 with the manifest itself.",
      },
    );
  }
  return answer.value.body;
}

async function presentReview(ctx: Ctx, row: typeof pluginReview.$inferSelect, manifest: Manifest) {
  const installed = await ctx.db
    .select({ installationId: installation.id, version: pluginVersion.version })
    .from(installation)
    .innerJoin(plugin, eq(plugin.id, installation.pluginId))
    .innerJoin(pluginVersion, eq(pluginVersion.id, installation.pluginVersionId))
    .where(
      and(
        eq(installation.organizationId, row.organizationId),
        eq(plugin.slug, manifest.slug),
        ne(installation.status, "uninstalled"),
      ),
    )
    .get();
  return {
    id: row.id,
    contentHash: row.contentHash,
    sourceUrl: row.sourceUrl,
    expiresAt: isoTime(row.expiresAt),
    plugin: {
      slug: manifest.slug,
      version: manifest.version,
      name: manifest.name,
      description: manifest.description ?? null,
      author: manifest.author ? { ...manifest.author } : null,
      homepage: manifest.homepage ?? null,
      tags: [...(manifest.tags ?? [])],
      baseUrl: manifest.baseUrl,
      auth: manifest.auth.type,
    },
    tools: manifest.tools.map(summarizeTool),
    permissions: summarizePermissions(manifest),
    configurationSchema: manifest.configurationSchema ?? null,
    warnings: row.warnings,
    installed: installed ?? null,
  };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
