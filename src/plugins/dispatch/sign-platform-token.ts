import { PLATFORM_TOKEN_LIFETIME_SECONDS, type PlatformTokenClaims } from "../../contract/platform-token.ts";
import { hmac } from "../../kernel/crypto.ts";
import { base64url, utf8 } from "../../kernel/encoding.ts";
import type { OpenedInstallation } from "./opened-installation.ts";

/**
 * The platform token of one call: compact JWS, HS256 (RFC 7515). Written out instead of using a JWT library
 * because the header part and the key are ready, which leaves one signature; the tests verify it with `jose`.
 */
export async function signPlatformToken(
  signing: NonNullable<OpenedInstallation["signing"]>,
  claims: Omit<PlatformTokenClaims, "iat" | "exp">,
  now: number,
): Promise<string> {
  const iat = Math.floor(now / 1000);
  const payload = JSON.stringify({ ...claims, iat, exp: iat + PLATFORM_TOKEN_LIFETIME_SECONDS });
  const signed = signing.headerPart + base64url(utf8(payload));
  return `${signed}.${await hmac(signing.key, signed)}`;
}
