import type { CtxBase, OrgActor } from "../../access/context.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { credentialPrefix, findApiToken, findGatewayKey, type KnownGatewayKey } from "../keys/index.ts";
import { authenticateSession } from "./authenticate-session.ts";
import { hasSessionCookie } from "./session-cookie.ts";

/**
 * Who asks: by `Authorization: Bearer` with an API token or a gateway key, else by a session's cookie. A bearer
 * credential that is not valid is refused, whatever cookies come with it.
 *
 * Throws `credential_missing`, `credential_invalid`, `credential_expired` (401); `origin_refused` (403);
 * `organization_not_found` (404) for an `X-Org-Id` that is not the caller's; `organization_required` (422).
 */
export async function authenticate({
  request,
  base,
}: {
  request: Request;
  base: CtxBase;
}): Promise<OrgActor> {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    const actor = await authenticateBearer(authorization, base);
    const wanted = request.headers.get("x-org-id");
    if (wanted !== null && wanted !== actor.organizationId) {
      throw notFound("organization", wanted);
    }
    return actor;
  }
  if (hasSessionCookie(request.headers)) {
    return authenticateSession({ request, base });
  }
  throw new AppError("unauthenticated", "credential_missing", "This needs a credential.", {
    hint: "Send `Authorization: Bearer kvt_…` (an API token), or sign in.",
  });
}

/** The text of an `Authorization: Bearer …` header (RFC 6750), or an empty one. */
export function bearerText(authorization: string | null): string {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1] ?? "";
}

/** The actor of a gateway key that was looked up. Throws `credential_invalid` for none, `credential_expired`. */
export function toGatewayActor(key: KnownGatewayKey | null, base: Pick<CtxBase, "clock">) {
  const { id, organizationId, instanceId } = requireUnexpired(key, base);
  return { kind: "gateway_key" as const, id, organizationId, instanceId };
}

async function authenticateBearer(authorization: string, base: CtxBase): Promise<OrgActor> {
  const text = bearerText(authorization);
  switch (credentialPrefix(text)) {
    case "kvt": {
      const token = await findApiToken({ base, text });
      const { id, organizationId, permissions } = requireUnexpired(token, base);
      return { kind: "api_token", id, organizationId, permissions };
    }
    case "kvk": {
      return toGatewayActor(await findGatewayKey({ base, text }), base);
    }
    case null:
      throw invalidCredential();
  }
}

function requireUnexpired<C extends { readonly expiresAt: number | null }>(
  credential: C | null,
  base: Pick<CtxBase, "clock">,
): C {
  if (!credential) {
    throw invalidCredential();
  }
  if (credential.expiresAt !== null && credential.expiresAt <= base.clock.now()) {
    throw new AppError("unauthenticated", "credential_expired", "This credential has expired.", {
      hint: "Create a new one.",
    });
  }
  return credential;
}

/** One answer for a text that is none, an unknown credential and a revoked one: it tells a guesser nothing. */
function invalidCredential(): AppError {
  return new AppError("unauthenticated", "credential_invalid", "This credential is not valid.", {
    hint: "Check that it is complete, and that nobody has revoked it.",
  });
}
