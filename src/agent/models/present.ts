/** Rows as the API shows them: never a key, times in ISO 8601. */
import type { model, providerKey } from "../../db/schema/index.ts";
import { isoTime } from "../../http/openapi.ts";
import type { Model, ProviderKey } from "./schemas.ts";

export function presentProviderKey(row: typeof providerKey.$inferSelect): ProviderKey {
  return {
    id: row.id,
    provider: row.provider,
    name: row.name,
    baseUrl: row.baseUrl,
    hint: row.hint,
    createdAt: isoTime(row.createdAt),
    revokedAt: row.revokedAt === null ? null : isoTime(row.revokedAt),
  };
}

export function presentModel(row: typeof model.$inferSelect): Model {
  const { currency, inputPrice, outputPrice } = row;
  return {
    id: row.id,
    alias: row.alias,
    provider: row.provider,
    providerModel: row.providerModel,
    baseUrl: row.baseUrl,
    keyId: row.keyId,
    prices:
      currency === null || inputPrice === null || outputPrice === null
        ? null
        : { currency, inputPrice, outputPrice },
    isDefault: row.isDefault,
    createdAt: isoTime(row.createdAt),
  };
}
