/** Rows as the API shows them: never the hash, times in ISO 8601. */
import type { apiToken, gatewayKey } from "../../db/schema/index.ts";
import type { ApiToken, GatewayKey } from "./schemas.ts";

const iso = (ms: number) => new Date(ms).toISOString();
const isoOrNull = (ms: number | null) => (ms === null ? null : iso(ms));

export function presentApiToken(row: typeof apiToken.$inferSelect): ApiToken {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    hint: row.hint,
    createdByUserId: row.createdByUserId,
    createdAt: iso(row.createdAt),
    expiresAt: iso(row.expiresAt),
    revokedAt: isoOrNull(row.revokedAt),
  };
}

export function presentGatewayKey(row: typeof gatewayKey.$inferSelect): GatewayKey {
  return {
    id: row.id,
    name: row.name,
    instanceId: row.instanceId,
    hint: row.hint,
    requestsPerMinute: row.requestsPerMinute,
    tokensPerDay: row.tokensPerDay,
    createdAt: iso(row.createdAt),
    expiresAt: isoOrNull(row.expiresAt),
    revokedAt: isoOrNull(row.revokedAt),
  };
}
