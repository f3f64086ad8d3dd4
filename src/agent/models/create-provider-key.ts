import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { providerKey } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import { toBaseUrl } from "./base-url.ts";
import { forgetModels } from "./find-model.ts";
import { presentProviderKey } from "./present.ts";
import type { CreateProviderKey, ProviderKey } from "./schemas.ts";
import { providerKeyPurpose } from "./sealed.ts";

const HINT_CHARACTERS = 4;

/**
 * Stores a provider's key, encrypted. From then on it is the one that models of that provider and address use,
 * unless they name another: add the new one, then revoke the old one, and a key is rotated without a gap.
 */
export async function createProviderKey({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: CreateProviderKey;
}): Promise<ProviderKey> {
  const organizationId = requirePermission(ctx, "models:manage");
  const now = ctx.clock.now();
  const id = newId("providerKey");
  const row: typeof providerKey.$inferSelect = {
    id,
    organizationId,
    provider: input.provider,
    baseUrl: toBaseUrl(input.provider, input.baseUrl, ctx.config.allowInsecurePluginUrls),
    name: input.name,
    keySealed: await ctx.keyRing.seal(input.key, providerKeyPurpose(id)),
    hint: input.key.slice(-HINT_CHARACTERS),
    createdBy: ctx.actor.id,
    createdAt: now,
    revokedAt: null,
  };
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "provider_key.created",
      subjectType: "provider_key",
      subjectId: id,
      detail: { name: row.name, provider: row.provider, baseUrl: row.baseUrl },
    },
    [ctx.db.insert(providerKey).values(row)],
  );
  forgetModels(organizationId);
  return presentProviderKey(row);
}
