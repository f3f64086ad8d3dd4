import { eq } from "drizzle-orm";
import type { Actor } from "../../access/actor.ts";
import type { CtxBase } from "../../access/context.ts";
import { isRole } from "../../access/permissions.ts";
import { member } from "../../db/schema/index.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { loadAuth } from "./load-auth.ts";
import { requireOwnOrigin } from "./origin.ts";

type UserActor = Extract<Actor, { kind: "user" }>;

/**
 * The person whose session the cookie names, in one of their organisations: the one that `X-Org-Id` names, else
 * the session's active one, else the only one. Throws `credential_invalid`, `origin_refused`,
 * `organization_not_found` and `organization_required`.
 */
export async function authenticateSession({
  request,
  base,
}: {
  request: Request;
  base: CtxBase;
}): Promise<UserActor> {
  requireOwnOrigin(request, base.config.publicBaseUrl);
  const auth = await loadAuth(base);
  // Only better-auth's own `get-session` renews a session, since only it can answer with the renewed cookie.
  const found = await auth.api.getSession({ headers: request.headers, query: { disableRefresh: true } });
  if (!found) {
    throw new AppError("unauthenticated", "credential_invalid", "The session has ended.", {
      hint: "Sign in again.",
    });
  }

  const rows = await base.db
    .select({ organizationId: member.organizationId, role: member.role })
    .from(member)
    .where(eq(member.userId, found.user.id));
  const memberships = rows.flatMap(({ organizationId, role }) =>
    isRole(role) ? [{ organizationId, role }] : [],
  );
  const wanted = request.headers.get("x-org-id");
  const membershipIn = (id: string | null | undefined) =>
    memberships.find((one) => one.organizationId === id);
  const chosen =
    wanted === null
      ? (membershipIn(found.session.activeOrganizationId) ??
        (memberships.length === 1 ? memberships[0] : undefined))
      : membershipIn(wanted);
  if (wanted !== null && !chosen) {
    throw notFound("organization", wanted);
  }
  if (!chosen) {
    throw new AppError(
      "invalid",
      "organization_required",
      "It is not clear for which organisation this is.",
      {
        hint:
          memberships.length === 0
            ? "Create an organisation first, or accept an invitation to one."
            : "Name one of your organisations in the header `X-Org-Id`.",
      },
    );
  }
  return { kind: "user", id: found.user.id, ...chosen };
}
