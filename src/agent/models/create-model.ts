import { and, count, eq, isNull } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { model, providerKey } from "../../db/schema/index.ts";
import { isUniqueViolation } from "../../db/violations.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { toBaseUrl } from "./base-url.ts";
import { DEMO_MODEL } from "./demo-model.ts";
import { forgetModels } from "./find-model.ts";
import { MODELS_MAX } from "./limits.ts";
import { presentModel } from "./present.ts";
import type { CreateModel, Model } from "./schemas.ts";

/**
 * Adds a model to the organisation's catalog. Throws `model_alias_taken` and `models_too_many` (409),
 * `workers_ai_not_bound` where the platform has none, `provider_key_not_found`, and `provider_key_elsewhere` for a key that was stored for another provider or address.
 */
export async function createModel({ ctx, input }: { ctx: Ctx; input: CreateModel }): Promise<Model> {
  const organizationId = requirePermission(ctx, "models:manage");
  const now = ctx.clock.now();
  const { prices } = input;
  const row: typeof model.$inferSelect = {
    id: newId("model"),
    organizationId,
    alias: input.alias,
    provider: input.provider,
    providerModel: input.providerModel,
    baseUrl: toBaseUrl(input.provider, input.baseUrl, ctx.config.allowInsecurePluginUrls),
    keyId: input.keyId ?? null,
    currency: prices?.currency ?? null,
    inputPrice: prices?.inputPrice ?? null,
    outputPrice: prices?.outputPrice ?? null,
    isDefault: input.isDefault ?? false,
    createdBy: ctx.actor.id,
    createdAt: now,
  };
  if (row.provider === "workers-ai" && ctx.ai === null) {
    throw workersAiNotBound();
  }
  await checkRoom(ctx, organizationId, row.alias);
  if (row.keyId !== null) {
    await checkKey(ctx, row, row.keyId);
  }
  const isOurs = eq(model.organizationId, organizationId);
  const insert = ctx.db.insert(model).values(row);
  try {
    await writeWithAudit(
      ctx.db,
      {
        organizationId,
        actor: ctx.actor,
        requestId: ctx.requestId,
        now,
        action: "model.created",
        subjectType: "model",
        subjectId: row.id,
        detail: { alias: row.alias, provider: row.provider, isDefault: row.isDefault },
      },
      row.isDefault
        ? [
            ctx.db
              .update(model)
              .set({ isDefault: false })
              .where(and(isOurs, eq(model.isDefault, true))),
            insert,
          ]
        : [insert],
    );
  } catch (error) {
    throw isUniqueViolation(error) ? aliasTaken(row.alias) : error;
  }
  forgetModels(organizationId);
  return presentModel(row);
}

async function checkRoom(ctx: Ctx, organizationId: string, alias: string): Promise<void> {
  if (alias === DEMO_MODEL) {
    throw aliasTaken(alias);
  }
  const counted = await ctx.db
    .select({ models: count() })
    .from(model)
    .where(eq(model.organizationId, organizationId))
    .get();
  if ((counted?.models ?? 0) >= MODELS_MAX) {
    throw new AppError("conflict", "models_too_many", `An organisation has at most ${MODELS_MAX} models.`, {
      hint: "Remove one that nobody uses.",
    });
  }
}

async function checkKey(ctx: Ctx, row: typeof model.$inferSelect, keyId: string): Promise<void> {
  const key = await ctx.db
    .select({ provider: providerKey.provider, baseUrl: providerKey.baseUrl })
    .from(providerKey)
    .where(
      and(
        eq(providerKey.id, keyId),
        eq(providerKey.organizationId, row.organizationId),
        isNull(providerKey.revokedAt),
      ),
    )
    .get();
  if (key === undefined) {
    throw notFound("provider_key", keyId);
  }
  if (key.provider !== row.provider || key.baseUrl !== row.baseUrl) {
    throw new AppError("invalid", "provider_key_elsewhere", "That key was stored for another address.", {
      issues: [
        {
          pointer: "/keyId",
          code: "provider_key_elsewhere",
          message: `The key is for ${key.baseUrl}; it is never sent to another address.`,
        },
      ],
    });
  }
}

function workersAiNotBound(): AppError {
  return new AppError("invalid", "workers_ai_not_bound", "This platform has no Workers AI.", {
    hint: "Its operator can bind it: see docs/operations.md. Any other provider works without.",
    issues: [{ pointer: "/provider", code: "workers_ai_not_bound", message: "is not bound here" }],
  });
}

function aliasTaken(alias: string): AppError {
  return new AppError("conflict", "model_alias_taken", `There is a model "${alias}" already.`, {
    hint: "Choose another alias, or remove that model first.",
  });
}
