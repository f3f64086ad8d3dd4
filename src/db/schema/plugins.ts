/** Plugins, their immutable versions, who installed them, what was granted where, and what was called. */
import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ApprovalRule, Decider } from "../../contract/approvals.ts";
import { organization } from "./auth.ts";
import { at, id, json, sealedIndex } from "./columns.ts";
import { instance } from "./tenancy.ts";

/** A plugin's identity. A sandbox plugin belongs to the organisation that brought it in. */
export const plugin = sqliteTable(
  "plugin",
  {
    /** `plg_…`, or for a first-party plugin its own id, such as `kivuko.greeter`. */
    id: id(),
    kind: text("kind", { enum: ["manifest", "first_party"] }).notNull(),
    slug: text("slug").notNull(),
    /** Null for a first-party plugin, which everybody may enable. */
    organizationId: text("organization_id").references(() => organization.id, { onDelete: "cascade" }),
    createdAt: at("created_at").notNull(),
  },
  (t) => [uniqueIndex("plugin_org_slug").on(t.organizationId, t.slug)],
);

/** A snapshot of a manifest. Never changed: the same content is the same row. */
export const pluginVersion = sqliteTable(
  "plugin_version",
  {
    id: id(),
    pluginId: text("plugin_id")
      .notNull()
      .references(() => plugin.id, { onDelete: "cascade" }),
    /** SHA-256 of the manifest's canonical JSON, base64url. */
    contentHash: text("content_hash").notNull(),
    version: text("version").notNull(),
    manifest: text("manifest").notNull(),
    sourceUrl: text("source_url"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [uniqueIndex("plugin_version_content").on(t.pluginId, t.contentHash)],
);

/** A fetched manifest that waits for a person's confirmation. */
export const pluginReview = sqliteTable(
  "plugin_review",
  {
    id: id(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organization.id, { onDelete: "cascade" }),
    createdBy: text("created_by").notNull(),
    sourceUrl: text("source_url").notNull(),
    contentHash: text("content_hash").notNull(),
    manifest: text("manifest").notNull(),
    warnings: json<{ pointer: string; code: string; message: string }[]>("warnings").notNull(),
    createdAt: at("created_at").notNull(),
    expiresAt: at("expires_at").notNull(),
  },
  (t) => [index("plugin_review_org").on(t.organizationId, t.id), index("plugin_review_age").on(t.expiresAt)],
);

/** A plugin in an organisation: version, configuration, state. Kept after uninstalling, for the history. */
export const installation = sqliteTable(
  "installation",
  {
    id: id(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organization.id, { onDelete: "cascade" }),
    pluginId: text("plugin_id")
      .notNull()
      .references(() => plugin.id),
    pluginVersionId: text("plugin_version_id")
      .notNull()
      .references(() => pluginVersion.id),
    mode: text("mode", { enum: ["sandbox", "live", "first_party"] }).notNull(),
    status: text("status", { enum: ["active", "disabled", "uninstalled"] }).notNull(),
    /** The configuration values as JSON, sealed. Null when the plugin has none, or after uninstalling. */
    configSealed: text("config_sealed"),
    /** Key of the customer hash that this plugin sees, sealed; it never changes while the installation lives. */
    userHashKeySealed: text("user_hash_key_sealed"),
    createdBy: text("created_by").notNull(),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
    uninstalledAt: at("uninstalled_at"),
  },
  (t) => [
    uniqueIndex("installation_org_plugin")
      .on(t.organizationId, t.pluginId)
      .where(sql`${t.status} <> 'uninstalled'`),
    index("installation_org").on(t.organizationId, t.id),
    index("installation_changed").on(t.updatedAt),
    sealedIndex("installation_config_sealed", t.configSealed),
    sealedIndex("installation_user_hash_key_sealed", t.userHashKeySealed),
  ],
);

/** The secrets of a sandbox installation. At most one is `current`; a `retiring` one still verifies until it ends. */
export const pluginSecret = sqliteTable(
  "plugin_secret",
  {
    id: id(),
    installationId: text("installation_id")
      .notNull()
      .references(() => installation.id, { onDelete: "cascade" }),
    /** 1, 2, 3 …; the token header's `kid` is `<installation id>.v<version>`. */
    version: integer("version").notNull(),
    status: text("status", { enum: ["current", "retiring", "revoked"] }).notNull(),
    /** Null once destroyed. */
    secretSealed: text("secret_sealed"),
    /** End of the overlap, for a retiring secret. */
    expiresAt: at("expires_at"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("plugin_secret_version").on(t.installationId, t.version),
    sealedIndex("plugin_secret_secret_sealed", t.secretSealed),
    uniqueIndex("plugin_secret_current").on(t.installationId).where(sql`${t.status} = 'current'`),
  ],
);

/** What one instance's agent may do with an installation. A revoked grant stays as history. */
export const instanceGrant = sqliteTable(
  "instance_grant",
  {
    id: id(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organization.id, { onDelete: "cascade" }),
    instanceId: text("instance_id")
      .notNull()
      .references(() => instance.id),
    installationId: text("installation_id")
      .notNull()
      .references(() => installation.id),
    status: text("status", { enum: ["active", "revoked"] }).notNull(),
    /** Tool names and permission keys that are on; anything absent is off, also what a later version adds. */
    tools: json<string[]>("tools").notNull(),
    permissions: json<string[]>("permissions").notNull(),
    /** Calls per minute and tool, or null for no limit of its own. */
    callsPerMinute: integer("calls_per_minute"),
    /** By tool name: whether its calls wait, where that is not as the tool itself suggests, and who may say yes. */
    approvals: json<Record<string, ApprovalRule>>("approvals").notNull().default({}),
    deciders: json<Record<string, Decider>>("deciders").notNull().default({}),
    createdBy: text("created_by").notNull(),
    createdAt: at("created_at").notNull(),
    updatedAt: at("updated_at").notNull(),
    revokedAt: at("revoked_at"),
  },
  (t) => [
    uniqueIndex("instance_grant_active")
      .on(t.instanceId, t.installationId)
      .where(sql`${t.status} = 'active'`),
    index("instance_grant_installation").on(t.installationId),
    index("instance_grant_changed").on(t.updatedAt),
    index("instance_grant_org").on(t.organizationId, t.id),
  ],
);

/** One tool call, or its refusal. Input and output are redacted and cut before they get here. */
export const toolCall = sqliteTable(
  "tool_call",
  {
    id: id(),
    organizationId: text("organization_id").notNull(),
    instanceId: text("instance_id").notNull(),
    /** Null when the name belongs to no installed plugin. */
    installationId: text("installation_id"),
    pluginSlug: text("plugin_slug"),
    tool: text("tool").notNull(),
    status: text("status", {
      enum: ["ok", "error", "refused", "pending_approval", "connection_required"],
    }).notNull(),
    /** The gate that refused. */
    gate: text("gate"),
    errorCode: text("error_code"),
    /** What the plugin's server answered. */
    httpStatus: integer("http_status"),
    latencyMs: integer("latency_ms").notNull(),
    attempts: integer("attempts").notNull(),
    actorKind: text("actor_kind").notNull(),
    actorId: text("actor_id").notNull(),
    requestId: text("request_id").notNull(),
    input: text("input"),
    output: text("output"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    index("tool_call_org").on(t.organizationId, t.id),
    index("tool_call_instance").on(t.organizationId, t.instanceId, t.id),
    index("tool_call_installation").on(t.organizationId, t.installationId, t.id),
    index("tool_call_age").on(t.createdAt),
  ],
);
