import { z } from "@hono/zod-openapi";
import { capabilityOf } from "../../contract/capabilities.ts";
import type { Manifest, ManifestTool } from "../../contract/manifest.ts";
import { isBridgePermission } from "../../contract/permissions.ts";
import { isoTime } from "../../http/openapi.ts";
import type { InstallationRow } from "./find-installation.ts";
import { readManifest } from "./find-installation.ts";
import { SECRET_OVERLAP_DEFAULT_SECONDS, SECRET_OVERLAP_MAX_SECONDS } from "./limits.ts";

export const ReviewInput = z
  .object({
    manifestUrl: z
      .string()
      .max(2048)
      .openapi({ example: "https://plugins.example.com/support-desk/manifest.json" }),
  })
  .openapi("PluginReviewInput");
export type ReviewInput = z.infer<typeof ReviewInput>;

export const InstallInput = z
  .object({
    reviewId: z.string(),
    configuration: z.record(z.string(), z.unknown()).default({}),
    permissionKeys: z.array(z.string()).openapi({
      description: "Every permission key of the reviewed manifest, as it was shown: proof that it was seen.",
    }),
  })
  .openapi("InstallInput");
export type InstallInput = z.infer<typeof InstallInput>;

export const UpgradeInput = InstallInput.extend({
  configuration: z
    .record(z.string(), z.unknown())
    .optional()
    .openapi({ description: "Left as it is when omitted." }),
}).openapi("UpgradeInput");
export type UpgradeInput = z.infer<typeof UpgradeInput>;

export const RotateInput = z
  .object({
    overlapSeconds: z
      .number()
      .int()
      .min(0)
      .max(SECRET_OVERLAP_MAX_SECONDS)
      .default(SECRET_OVERLAP_DEFAULT_SECONDS)
      .openapi({ description: "How long the old secret still verifies bridge calls." }),
  })
  .openapi("RotateSecretInput");
export type RotateInput = z.infer<typeof RotateInput>;

const Schema = z.record(z.string(), z.unknown());

const ToolSummary = z
  .object({
    name: z.string(),
    description: z.string(),
    sideEffects: z.boolean(),
    sensitive: z.boolean(),
    capability: z.string().nullable().openapi({ description: "Set for tools that only the platform calls." }),
  })
  .openapi("ToolSummary");

const PermissionSummary = z
  .object({
    key: z.string(),
    label: z.string(),
    description: z.string(),
    default: z.boolean(),
    family: z
      .enum(["plugin", "bridge"])
      .openapi({ description: "`bridge` is enforced by the platform, `plugin` is disclosure." }),
  })
  .openapi("PermissionSummary");

const Issue = z.object({ pointer: z.string(), code: z.string(), message: z.string() });

export const Review = z
  .object({
    id: z.string(),
    contentHash: z.string(),
    sourceUrl: z.string(),
    expiresAt: z.iso.datetime(),
    plugin: z.object({
      slug: z.string(),
      version: z.string(),
      name: z.string(),
      description: z.string().nullable(),
      author: z
        .object({ name: z.string().optional(), email: z.string().optional(), url: z.string().optional() })
        .nullable(),
      homepage: z.string().nullable(),
      tags: z.array(z.string()),
      baseUrl: z.string(),
      auth: z.string(),
    }),
    tools: z.array(ToolSummary),
    permissions: z.array(PermissionSummary),
    configurationSchema: Schema.nullable(),
    warnings: z.array(Issue),
    installed: z.object({ installationId: z.string(), version: z.string() }).nullable(),
  })
  .openapi("PluginReview");

export const Installation = z
  .object({
    id: z.string(),
    pluginId: z.string(),
    slug: z.string(),
    name: z.string(),
    version: z.string(),
    contentHash: z.string(),
    mode: z.enum(["sandbox", "live", "first_party"]),
    status: z.enum(["active", "disabled", "uninstalled"]),
    sourceUrl: z.string().nullable(),
    tools: z.array(ToolSummary),
    permissions: z.array(PermissionSummary),
    configurationSchema: Schema.nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi("Installation");
export type Installation = z.infer<typeof Installation>;

export const ShownSecret = z
  .object({
    kid: z.string(),
    version: z.number().int(),
    value: z.string().openapi({ description: "Shown this once." }),
  })
  .openapi("ShownSecret");

export const NewInstallation = Installation.extend({ secret: ShownSecret }).openapi("NewInstallation");

export const SecretState = z
  .object({
    kid: z.string(),
    version: z.number().int(),
    status: z.enum(["current", "retiring", "revoked"]),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
  })
  .openapi("SecretState");

export const Configuration = z
  .object({
    configuration: Schema.openapi({
      description: "Secret values come back as `••••` and stay when sent back so.",
    }),
  })
  .openapi("Configuration");

export function summarizeTool(tool: ManifestTool) {
  return {
    name: tool.name,
    description: tool.description,
    sideEffects: tool.sideEffects ?? false,
    sensitive: tool.sensitive ?? false,
    capability: capabilityOf(tool) ?? null,
  };
}

export function summarizePermissions(manifest: Pick<Manifest, "permissions">) {
  return (manifest.permissions ?? []).map((permission) => ({
    key: permission.key,
    label: permission.label,
    description: permission.description,
    default: permission.default ?? false,
    family: isBridgePermission(permission.key) ? ("bridge" as const) : ("plugin" as const),
  }));
}

export function presentInstallation(row: InstallationRow): Installation {
  const manifest = readManifest(row);
  return {
    id: row.id,
    pluginId: row.pluginId,
    slug: row.slug,
    name: manifest.name,
    version: row.version,
    contentHash: row.contentHash,
    mode: row.mode,
    status: row.status,
    sourceUrl: row.sourceUrl,
    tools: manifest.tools.map(summarizeTool),
    permissions: summarizePermissions(manifest),
    configurationSchema: manifest.configurationSchema ?? null,
    createdAt: isoTime(row.createdAt),
    updatedAt: isoTime(row.updatedAt),
  };
}
