import { and, desc, eq, isNull, or } from "drizzle-orm";
import QuickLRU from "quick-lru";
import type { Ctx } from "../../access/context.ts";
import { model, providerKey } from "../../db/schema/index.ts";
import { DEMO_MODEL } from "./demo-model.ts";
import { MODEL_CACHE_ENTRIES, MODEL_MAX_AGE_MS } from "./limits.ts";
import type { ModelPrices, ResolvedModel } from "./provider.ts";
import { providerKeyPurpose } from "./sealed.ts";

const DEMO: ResolvedModel = {
  alias: DEMO_MODEL,
  provider: "demo",
  providerModel: DEMO_MODEL,
  baseUrl: "",
  apiKey: null,
  prices: null,
};

type Known = { readonly model: ResolvedModel; readonly readAt: number };
const recent = new QuickLRU<string, Known>({ maxSize: MODEL_CACHE_ENTRIES });

/**
 * The organisation's model of that name with its key in the clear, not older than `MODEL_MAX_AGE_MS`; for null its
 * default, and the demo model when it has set none. Undefined for a name that it does not have. The key is the one
 * that the model names, else the newest for the same provider and address: a key never goes elsewhere.
 */
export async function findModel(
  ctx: Pick<Ctx, "db" | "keyRing" | "clock">,
  organizationId: string,
  alias: string | null,
): Promise<ResolvedModel | undefined> {
  const now = ctx.clock.now();
  const cacheKey = `${organizationId}|${alias ?? ""}`;
  const known = recent.get(cacheKey);
  if (known && now - known.readAt >= 0 && now - known.readAt < MODEL_MAX_AGE_MS) {
    return known.model;
  }
  const found = await readModel(ctx, organizationId, alias);
  const answer = found ?? (alias === null || alias === DEMO_MODEL ? DEMO : undefined);
  if (answer) {
    recent.set(cacheKey, { model: answer, readAt: now });
  }
  return answer;
}

/** Makes this isolate read the organisation's models again. */
export function forgetModels(organizationId: string): void {
  for (const key of [...recent.keys()]) {
    if (key.startsWith(`${organizationId}|`)) {
      recent.delete(key);
    }
  }
}

async function readModel(
  { db, keyRing }: Pick<Ctx, "db" | "keyRing">,
  organizationId: string,
  alias: string | null,
): Promise<ResolvedModel | undefined> {
  const row = await db
    .select({
      alias: model.alias,
      provider: model.provider,
      providerModel: model.providerModel,
      baseUrl: model.baseUrl,
      currency: model.currency,
      inputPrice: model.inputPrice,
      outputPrice: model.outputPrice,
      keyId: providerKey.id,
      keySealed: providerKey.keySealed,
    })
    .from(model)
    .leftJoin(
      providerKey,
      and(
        eq(providerKey.organizationId, model.organizationId),
        eq(providerKey.provider, model.provider),
        eq(providerKey.baseUrl, model.baseUrl),
        isNull(providerKey.revokedAt),
        or(isNull(model.keyId), eq(providerKey.id, model.keyId)),
      ),
    )
    .where(
      and(
        eq(model.organizationId, organizationId),
        alias === null ? eq(model.isDefault, true) : eq(model.alias, alias),
      ),
    )
    .orderBy(desc(providerKey.id))
    .limit(1)
    .get();
  if (row === undefined) {
    return undefined;
  }
  const { currency, inputPrice, outputPrice, keyId, keySealed, ...rest } = row;
  return {
    ...rest,
    apiKey:
      keyId === null || keySealed === null ? null : await keyRing.open(keySealed, providerKeyPurpose(keyId)),
    prices: toPrices(currency, inputPrice, outputPrice),
  };
}

function toPrices(
  currency: string | null,
  inputPrice: number | null,
  outputPrice: number | null,
): ModelPrices | null {
  return currency === null || inputPrice === null || outputPrice === null
    ? null
    : { currency, inputPrice, outputPrice };
}
