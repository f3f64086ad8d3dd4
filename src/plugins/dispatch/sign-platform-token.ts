import { createHmac } from "node:crypto";
import { PLATFORM_TOKEN_LIFETIME_SECONDS, type PlatformTokenClaims } from "../../contract/platform-token.ts";
import { base64url, utf8 } from "../../kernel/encoding.ts";
import type { OpenedInstallation } from "./opened-installation.ts";

/**
 * The platform token of one call: compact JWS, HS256 (RFC 7515). Written out instead of using a JWT library
 * because the header part is ready, and with Node's synchronous HMAC, because each hop of WebCrypto costs a
 * tool call a turn of the event loop. The tests verify it with `jose`.
 */
export function signPlatformToken(
  signing: NonNullable<OpenedInstallation["signing"]>,
  claims: Omit<PlatformTokenClaims, "iat" | "exp">,
  now: number,
): string {
  const iat = Math.floor(now / 1000);
  const payload = JSON.stringify({ ...claims, iat, exp: iat + PLATFORM_TOKEN_LIFETIME_SECONDS });
  const signed = signing.headerPart + base64url(utf8(payload));
  return `${signed}.${createHmac("sha256", signing.secret).update(signed).digest("base64url")}`;
}
