/** The models that an organisation's agents think with, the keys for them, and what was used. */
import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { organization } from "./auth.ts";
import { at, id, sealedIndex } from "./columns.ts";

const organizationId = () =>
  text("organization_id")
    .notNull()
    .references(() => organization.id, { onDelete: "cascade" });

/** A model provider's own key. It goes to the address that it was stored for and to no other. */
export const providerKey = sqliteTable(
  "provider_key",
  {
    id: id(),
    organizationId: organizationId(),
    provider: text("provider", { enum: ["openai-compatible", "anthropic"] }).notNull(),
    /** No trailing slash. */
    baseUrl: text("base_url").notNull(),
    name: text("name").notNull(),
    /** Null once revoked: what may not be used need not be kept. */
    keySealed: text("key_sealed"),
    /** The last characters, so that a person can tell keys apart. */
    hint: text("hint").notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: at("created_at").notNull(),
    revokedAt: at("revoked_at"),
  },
  (t) => [
    index("provider_key_org").on(t.organizationId, t.id),
    sealedIndex("provider_key_key_sealed", t.keySealed),
  ],
);

/** An entry of the model catalog: the name that clients ask for, and what stands behind it. */
export const model = sqliteTable(
  "model",
  {
    id: id(),
    organizationId: organizationId(),
    alias: text("alias").notNull(),
    provider: text("provider", { enum: ["openai-compatible", "anthropic", "workers-ai"] }).notNull(),
    /** What the provider calls it. */
    providerModel: text("provider_model").notNull(),
    /** No trailing slash; empty for a provider that has none. */
    baseUrl: text("base_url").notNull(),
    /** The one key to use, or null for the newest that fits. */
    keyId: text("key_id").references(() => providerKey.id),
    /** ISO 4217. Null for a model without prices. */
    currency: text("currency"),
    /** In the currency's minor unit, for a million tokens. */
    inputPrice: integer("input_price"),
    outputPrice: integer("output_price"),
    isDefault: integer("is_default", { mode: "boolean" }).notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("model_alias").on(t.organizationId, t.alias),
    uniqueIndex("model_default").on(t.organizationId).where(sql`${t.isDefault} = 1`),
  ],
);

/** One model call or one tool call of an agent, for the bill and the charts. No contents. */
export const usageEvent = sqliteTable(
  "usage_event",
  {
    id: id(),
    organizationId: text("organization_id").notNull(),
    instanceId: text("instance_id"),
    kind: text("kind", { enum: ["model", "tool"] }).notNull(),
    /** The alias that was asked for; for a tool call, of the model that asked for it. */
    model: text("model").notNull(),
    pluginSlug: text("plugin_slug"),
    tool: text("tool"),
    status: text("status").notNull(),
    actorKind: text("actor_kind").notNull(),
    actorId: text("actor_id").notNull(),
    requestId: text("request_id").notNull(),
    /** The client's own label for its user, redacted. */
    externalUser: text("external_user"),
    inputTokens: integer("input_tokens").notNull(),
    outputTokens: integer("output_tokens").notNull(),
    latencyMs: integer("latency_ms").notNull(),
    currency: text("currency"),
    /** In millionths of the currency's minor unit: prices are for a million tokens, so this stays a whole number. */
    costMillionths: integer("cost_millionths"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    index("usage_event_org").on(t.organizationId, t.createdAt),
    index("usage_event_age").on(t.createdAt),
  ],
);
