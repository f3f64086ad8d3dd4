import { eq } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import { gatewayKey } from "../../db/schema/index.ts";
import { hashCredential } from "./credential.ts";
import { createRecentCredentials } from "./recent-credentials.ts";

/** A key that is known and not revoked; whether it has expired is for the caller to say. */
export type KnownGatewayKey = {
  readonly id: string;
  readonly organizationId: string;
  /** Set when the key serves one instance only. */
  readonly instanceId: string | null;
  /** Null for a key without an end. */
  readonly expiresAt: number | null;
  /** Caps on chat completions; null for none. */
  readonly requestsPerMinute: number | null;
  readonly tokensPerDay: number | null;
};

const recentKeys = createRecentCredentials<KnownGatewayKey>();

/** The gateway key with this text, by one database read or from this isolate's memory; null when unknown or revoked. */
export async function findGatewayKey({
  base,
  text,
}: {
  base: Pick<CtxBase, "db" | "clock">;
  text: string;
}): Promise<KnownGatewayKey | null> {
  const hash = hashCredential(text);
  const now = base.clock.now();
  return recallGatewayKey(hash, now) ?? keepGatewayKey(hash, await selectGatewayKey(base.db, hash), now);
}

/** The key with this hash from this isolate's memory, if it was read a moment ago. */
export function recallGatewayKey(hash: string, now: number): KnownGatewayKey | undefined {
  return recentKeys.recall(hash, now);
}

/** The read behind `findGatewayKey`, for a caller that has other reads to send in the same round trip. */
export function selectGatewayKey(db: CtxBase["db"], hash: string) {
  return db.select().from(gatewayKey).where(eq(gatewayKey.keyHash, hash)).limit(1);
}

/** Takes over what `selectGatewayKey` read. Null when there is no such key, or it was revoked. */
export function keepGatewayKey(
  hash: string,
  rows: readonly (typeof gatewayKey.$inferSelect)[],
  now: number,
): KnownGatewayKey | null {
  const [row] = rows;
  if (!row || row.revokedAt !== null) {
    return null;
  }
  const { id, organizationId, instanceId, expiresAt, requestsPerMinute, tokensPerDay } = row;
  const key = { id, organizationId, instanceId, expiresAt, requestsPerMinute, tokensPerDay };
  recentKeys.keep(hash, key, now);
  return key;
}

/** Makes this isolate read the key again. */
export function forgetGatewayKey(id: string): void {
  recentKeys.forget(id);
}
