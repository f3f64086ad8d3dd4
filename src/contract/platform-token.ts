/**
 * The platform token: how a plugin knows that a call comes from the platform, was meant for it, and was not
 * altered. A compact JWS (RFC 7515) with `HS256`; the key is the UTF-8 bytes of the plugin secret as it was
 * shown, `kps_` included. It travels as `Authorization: Bearer <token>` with every tool call.
 */

/** The one algorithm. A verifier names it and never reads it from the token. */
export const PLATFORM_TOKEN_ALGORITHM = "HS256";

/** Longest life of a token, from `iat` to `exp`, in seconds: longer than any tool call may take. */
export const PLATFORM_TOKEN_LIFETIME_SECONDS = 300;

/** How far the clocks of the platform and of a plugin may be apart, in seconds. */
export const PLATFORM_TOKEN_LEEWAY_SECONDS = 60;

/** The token's protected header. */
export type PlatformTokenHeader = {
  readonly alg: typeof PLATFORM_TOKEN_ALGORITHM;
  readonly typ: "JWT";
  /** Names the secret and its version: `<installation id>.v<version>`. */
  readonly kid: string;
};

/** The token's claims. Times are seconds since the epoch (RFC 7519 NumericDate). */
export type PlatformTokenClaims = {
  /** Origin of the platform, no trailing slash. */
  readonly iss: string;
  /** The plugin's slug. */
  readonly aud: string;
  /** The installation that is called. */
  readonly sub: string;
  /** The organisation that installed the plugin. */
  readonly org: string;
  /** The WhatsApp number instance that the call is for. */
  readonly instance: string;
  /** The tool's name in the manifest. */
  readonly tool: string;
  /** The call's id, the same as `context.callId`. */
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  /** Base64url (no padding) of the SHA-256 of the raw body's bytes; of no bytes at all for a `GET`. */
  readonly body_sha256: string;
};
