/**
 * The checks that say whether a call is the platform's. Signature and claims come first and need no body, so a
 * stranger cannot make the plugin read one; the body's hash comes second, before anybody parses it.
 */
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import {
  PLATFORM_TOKEN_ALGORITHM,
  PLATFORM_TOKEN_LEEWAY_SECONDS,
  PLATFORM_TOKEN_LIFETIME_SECONDS,
  type PlatformTokenClaims,
} from "../contract/platform-token.ts";
import { sha256 } from "../kernel/crypto.ts";
import { utf8 } from "../kernel/encoding.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { candidateSecrets, type PluginSecretSource } from "./plugin-secret.ts";
import { type Refusal, refusal, type TokenProblem, tokenRefusal } from "./refusal.ts";

export type TokenExpectation = {
  readonly secret: PluginSecretSource;
  /** The plugin's slug. */
  readonly audience: string;
  /** The platform's origin; any platform that knows the secret when undefined. */
  readonly issuer: string | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
};

/** A token that holds, and the secret that it was signed with. */
export type VerifiedToken = {
  readonly claims: PlatformTokenClaims;
  readonly secret: { readonly kid: string | undefined; readonly value: string };
};

/** The token's claims once signature, audience, issuer and times hold, or the reason why they do not. */
export async function verifyToken(
  authorization: string | null,
  { secret, audience, issuer, now }: TokenExpectation,
): Promise<Result<VerifiedToken, Refusal>> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) {
    return err(tokenRefusal("missing_token"));
  }
  const unproven = readUnproven(token);
  if (unproven === undefined) {
    return err(tokenRefusal("malformed_token"));
  }
  const { isConfigured, values } = await candidateSecrets(secret, unproven.kid, unproven.installationId);
  if (!isConfigured) {
    const message =
      "This plugin has no secret yet. Set PLUGIN_SECRET to the value that the installation showed (kps_…).";
    return err(refusal("not_configured", message));
  }
  let problem: TokenProblem = "wrong_signature";
  for (const value of values) {
    try {
      const { payload } = await jwtVerify(token, utf8(value), {
        algorithms: [PLATFORM_TOKEN_ALGORITHM],
        audience,
        ...(issuer === undefined ? {} : { issuer }),
        clockTolerance: PLATFORM_TOKEN_LEEWAY_SECONDS,
        maxTokenAge: PLATFORM_TOKEN_LIFETIME_SECONDS,
        requiredClaims: ["exp"],
        currentDate: new Date(now),
      });
      return hasPlatformClaims(payload)
        ? ok({ claims: payload, secret: { kid: unproven.kid, value } })
        : err(tokenRefusal("missing_claim"));
    } catch (error) {
      problem = problemOf(error);
      if (problem !== "wrong_signature") {
        break;
      }
    }
  }
  return err(tokenRefusal(problem));
}

/** Whether the body is the one that the token was made for, compared in constant time. */
export async function isSignedBody(
  body: Uint8Array<ArrayBuffer>,
  { body_sha256 }: PlatformTokenClaims,
): Promise<boolean> {
  const actual = utf8(await sha256(body));
  const claimed = utf8(body_sha256);
  let difference = actual.length ^ claimed.length;
  for (const [index, byte] of actual.entries()) {
    difference |= byte ^ (claimed[index] ?? 0);
  }
  return difference === 0;
}

/** What the token says of itself before anything is proven: enough to find its secret. */
function readUnproven(token: string) {
  try {
    const { kid } = decodeProtectedHeader(token);
    const { sub } = decodeJwt(token);
    return {
      kid: typeof kid === "string" ? kid : undefined,
      installationId: typeof sub === "string" ? sub : undefined,
    };
  } catch {
    return undefined;
  }
}

const TEXT_CLAIMS = ["iss", "sub", "org", "instance", "tool", "jti", "body_sha256"] as const;

function hasPlatformClaims(payload: JWTPayload): payload is JWTPayload & PlatformTokenClaims {
  return TEXT_CLAIMS.every((name) => typeof payload[name] === "string");
}

/** Throws again what does not come from the token, such as a runtime without WebCrypto. */
function problemOf(error: unknown): TokenProblem {
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return "wrong_signature";
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return "wrong_algorithm";
  }
  if (error instanceof errors.JWTExpired) {
    return "expired";
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === "missing") {
      return "missing_claim";
    }
    return error.reason === "invalid"
      ? "malformed_token"
      : (CLAIM_PROBLEMS[error.claim] ?? "malformed_token");
  }
  if (error instanceof errors.JOSEError) {
    return "malformed_token";
  }
  throw error;
}

const CLAIM_PROBLEMS: { readonly [claim: string]: TokenProblem } = {
  aud: "wrong_audience",
  iss: "wrong_issuer",
  iat: "not_yet_valid",
  nbf: "not_yet_valid",
};
