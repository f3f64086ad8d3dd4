/** One bridge call over the wire: signed, tried again where that is safe, and read. Fetch and WebCrypto only. */
import { BRIDGE_PATH } from "../contract/bridge-http.ts";
import type { Clock } from "../kernel/clock.ts";
import { sha256 } from "../kernel/crypto.ts";
import { base64url, utf8 } from "../kernel/encoding.ts";
import type { Issue } from "../kernel/errors.ts";
import { BridgeError } from "./bridge-error.ts";

/** Tries of one call, the first included. */
const TRIES = 4;
/** Pause before the second try, ms; it doubles with each, and each is between half of it and all of it. */
const BACKOFF_MS = 500;
/** A platform that asks for a longer pause than this, in seconds, is not waited for inside of a call. */
const LONGEST_PAUSE_SECONDS = 10;
/** One try, ms: longer than the platform waits for a payment provider. */
const TRY_TIMEOUT_MS = 30_000;
/** A token's life, seconds: longer than a try. Each try is signed anew. */
const TOKEN_LIFETIME_SECONDS = 120;

export type Connection = {
  /** The platform's origin. */
  readonly platformUrl: string;
  readonly installationId: string;
  readonly instanceId: string;
  /** `kid` names the secret's version; without it the platform tries each that lives. */
  readonly secret: { readonly kid: string | undefined; readonly value: string };
  readonly clock: Clock;
  readonly fetch: (request: Request) => Promise<Response>;
  /** Waits for that many ms. */
  readonly pause: (ms: number) => Promise<void>;
};

export type SignedRequest = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/bridge/v1`, query included. */
  readonly path: string;
  readonly body: unknown;
  /** Null for a `GET`. */
  readonly idempotencyKey: string | null;
};

/**
 * The answer's JSON. What may pass (no connection, 429, 5xx, the same call still running) is tried again with the same
 * key, so that it happens once. Throws a `BridgeError` for everything else, and after the last try.
 */
export async function requestBridge(connection: Connection, request: SignedRequest): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    const failure = await tryOnce(connection, request);
    if (!(failure instanceof BridgeError)) {
      return failure.answer;
    }
    const asked = failure.retryAfterSeconds ?? 0;
    if (attempt === TRIES || !isPassing(failure) || asked > LONGEST_PAUSE_SECONDS) {
      throw failure;
    }
    const backoffMs = BACKOFF_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
    await connection.pause(Math.max(backoffMs, asked * 1_000));
  }
}

async function tryOnce(
  connection: Connection,
  { method, path, body, idempotencyKey }: SignedRequest,
): Promise<BridgeError | { readonly answer: unknown }> {
  const text = body === undefined ? "" : JSON.stringify(body);
  const headers = {
    Accept: "application/json",
    Authorization: `Bearer ${await signToken(connection, text)}`,
    ...(body !== undefined && { "Content-Type": "application/json" }),
    ...(idempotencyKey !== null && { "Idempotency-Key": idempotencyKey }),
  };
  try {
    const response = await connection.fetch(
      new Request(connection.platformUrl + BRIDGE_PATH + path, {
        method,
        headers,
        signal: AbortSignal.timeout(TRY_TIMEOUT_MS),
        ...(body !== undefined && { body: text }),
      }),
    );
    return readAnswer(response, await response.text());
  } catch (cause) {
    return new BridgeError("bridge_unreachable", "The platform did not answer.", { status: null, cause });
  }
}

type Problem = {
  readonly code?: string;
  readonly detail?: string;
  readonly gate?: string;
  readonly permission?: string;
  readonly hint?: string;
  readonly issues?: readonly Issue[];
  readonly requestId?: string;
};

function readAnswer(
  { status, ok, headers }: Response,
  text: string,
): BridgeError | { readonly answer: unknown } {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    return new BridgeError("bridge_answer_invalid", `The platform answered ${status} without JSON.`, {
      status,
      cause,
    });
  }
  if (ok) {
    return { answer };
  }
  const { code, detail, gate, permission, hint, issues, requestId } = (answer ?? {}) as Problem;
  const retryAfter = Number(headers.get("retry-after") ?? Number.NaN);
  return new BridgeError(code ?? "bridge_failed", detail ?? `The platform answered ${status}.`, {
    status,
    gate,
    permission,
    hint,
    issues,
    requestId,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  });
}

function isPassing({ status, code }: BridgeError): boolean {
  return status === null || status === 429 || status >= 500 || code === "idempotency_in_progress";
}

/** A compact JWS (RFC 7515), HS256, for this one body. */
async function signToken(
  { platformUrl, installationId, instanceId, secret, clock }: Connection,
  body: string,
): Promise<string> {
  const iat = Math.floor(clock.now() / 1_000);
  const header = { alg: "HS256", typ: "JWT", ...(secret.kid !== undefined && { kid: secret.kid }) };
  const claims = {
    iss: installationId,
    aud: platformUrl,
    iat,
    exp: iat + TOKEN_LIFETIME_SECONDS,
    instance: instanceId,
    body_sha256: await sha256(body),
  };
  const signed = [header, claims].map((part) => base64url(utf8(JSON.stringify(part)))).join(".");
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", utf8(secret.value), algorithm, false, ["sign"]);
  return `${signed}.${base64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(signed))))}`;
}
