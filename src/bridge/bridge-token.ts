/** The token of a bridge call: a compact JWS (RFC 7515), HS256 by the plugin's secret. */
import { compactVerify, decodeJwt, decodeProtectedHeader } from "jose";
import { z } from "zod";
import { BRIDGE_TOKEN_LEEWAY_SECONDS, BRIDGE_TOKEN_LIFETIME_SECONDS } from "../contract/bridge-http.ts";
import { sha256 } from "../kernel/crypto.ts";
import { utf8 } from "../kernel/encoding.ts";
import { AppError } from "../kernel/errors.ts";

const Header = z.object({ alg: z.literal("HS256"), kid: z.string().optional() });
const Claims = z.object({
  iss: z.string(),
  aud: z.string(),
  iat: z.number(),
  exp: z.number(),
  nbf: z.number().optional(),
  instance: z.string(),
  body_sha256: z.string(),
});

/** What a token says of itself. Nobody has vouched for it before `isSignedBy` says yes. */
export type BridgeToken = {
  readonly text: string;
  readonly installationId: string;
  /** Null when the token names none; any living secret may have signed it then. */
  readonly secretVersion: number | null;
  readonly instanceId: string;
};

type Expectation = {
  /** The platform's origin. */
  readonly audience: string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Epoch ms. */
  readonly now: number;
};

/**
 * Reads the token and checks all that needs no secret. The caller wrote these things itself, so each failure has its own
 * code: `bridge_token_missing`, `…_malformed`, `…_wrong_audience`, `…_expired`, `…_not_yet_valid`,
 * `bridge_body_mismatch`.
 */
export async function readBridgeToken(
  authorization: string | null,
  { audience, body, now }: Expectation,
): Promise<BridgeToken> {
  const text = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (text === undefined) {
    throw refusal("bridge_token_missing", "A bridge call needs a token signed with the plugin's secret.");
  }
  const { header, claims } = decode(text);
  const version = header.kid === undefined ? null : versionIn(header.kid, claims.iss);
  if (claims.aud !== audience) {
    throw refusal("bridge_token_wrong_audience", `The token's "aud" must be "${audience}".`);
  }
  const seconds = now / 1_000;
  if (claims.exp + BRIDGE_TOKEN_LEEWAY_SECONDS <= seconds) {
    throw refusal("bridge_token_expired", "The token has expired. Sign each try anew.");
  }
  if (Math.max(claims.iat, claims.nbf ?? 0) - BRIDGE_TOKEN_LEEWAY_SECONDS > seconds) {
    throw refusal("bridge_token_not_yet_valid", "The token is not valid yet. Check your clock.");
  }
  if (claims.exp <= claims.iat || claims.exp - claims.iat > BRIDGE_TOKEN_LIFETIME_SECONDS) {
    throw refusal(
      "bridge_token_malformed",
      `The token's "exp" must be after its "iat", by at most ${BRIDGE_TOKEN_LIFETIME_SECONDS} seconds.`,
    );
  }
  if (claims.body_sha256 !== (await sha256(body))) {
    throw refusal(
      "bridge_body_mismatch",
      'The token\'s "body_sha256" is not the SHA-256 of the body that arrived.',
    );
  }
  return { text, installationId: claims.iss, secretVersion: version, instanceId: claims.instance };
}

/** Whether that secret signed the token. WebCrypto compares in constant time. */
export async function isSignedBy(secret: string, { text }: BridgeToken): Promise<boolean> {
  try {
    await compactVerify(text, utf8(secret), { algorithms: ["HS256"] });
    return true;
  } catch {
    return false;
  }
}

/** One answer for all that a stranger could probe: unknown installation, ended secret, wrong signature. */
export function tokenInvalid(): AppError {
  return refusal("bridge_token_invalid", "No living secret of this installation has signed the token.");
}

function versionIn(kid: string, installationId: string): number {
  const [, id, version] = /^(.+)\.v(\d{1,9})$/.exec(kid) ?? [];
  if (id !== installationId) {
    throw refusal(
      "bridge_token_malformed",
      'The header\'s "kid" must be the "iss", ".v" and the secret\'s version, as the secret was shown.',
    );
  }
  return Number(version);
}

function decode(text: string) {
  try {
    return { header: Header.parse(decodeProtectedHeader(text)), claims: Claims.parse(decodeJwt(text)) };
  } catch {
    throw refusal(
      "bridge_token_malformed",
      'The token must be a compact JWS with "alg": "HS256" in its header, and iss, aud, iat, exp, instance and body_sha256 in its claims.',
    );
  }
}

function refusal(code: string, message: string): AppError {
  return new AppError("unauthenticated", code, message, { hint: "docs/bridge.md shows how to sign a call." });
}
