import { and, eq } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import { isPermission, isRole, type Permission, ROLE_PERMISSIONS } from "../../access/permissions.ts";
import { apiToken, member } from "../../db/schema/index.ts";
import { hashCredential } from "./credential.ts";
import { createRecentCredentials } from "./recent-credentials.ts";

/** A token that is known and not revoked; whether it has expired is for the caller to say. */
export type KnownApiToken = {
  readonly id: string;
  readonly organizationId: string;
  readonly createdByUserId: string;
  readonly expiresAt: number;
  /** Its scopes, less what its creator may not do any more. */
  readonly permissions: ReadonlySet<Permission>;
};

const recentTokens = createRecentCredentials<KnownApiToken>();

/**
 * The API token with this text, by one database read or from this isolate's memory. Null when it is unknown or
 * revoked, or its creator has left the organisation.
 */
export async function findApiToken({
  base,
  text,
}: {
  base: Pick<CtxBase, "db" | "clock">;
  text: string;
}): Promise<KnownApiToken | null> {
  const hash = hashCredential(text);
  return recentTokens.get(hash, base.clock.now(), async () => {
    const [row] = await base.db
      .select({ token: apiToken, role: member.role })
      .from(apiToken)
      .innerJoin(
        member,
        and(eq(member.organizationId, apiToken.organizationId), eq(member.userId, apiToken.createdByUserId)),
      )
      .where(eq(apiToken.tokenHash, hash))
      .limit(1);
    if (!row || row.token.revokedAt !== null || !isRole(row.role)) {
      return null;
    }
    const { id, organizationId, createdByUserId, expiresAt, scopes } = row.token;
    const held = ROLE_PERMISSIONS[row.role];
    const permissions = new Set(scopes.filter(isPermission).filter((scope) => held.has(scope)));
    return { id, organizationId, createdByUserId, expiresAt, permissions };
  });
}

/** Makes this isolate read the token again. */
export function forgetApiToken(id: string): void {
  recentTokens.forget(id);
}
