/** Calling Safaricom's Daraja: https://developer.safaricom.co.ke/apis */
import type { MpesaCredentials } from "../../../contract/payments.ts";
import { sha256 } from "../../../kernel/crypto.ts";
import { fetchOutside } from "../../../kernel/outbound.ts";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { PaymentFailure } from "../provider.ts";
import { PROVIDER_ANSWER_MAX_BYTES, PROVIDER_TIMEOUT_MS } from "../provider-limits.ts";
import { asAmount, asText, type JsonObject, parseObject } from "../read-json.ts";
import { type AccessToken, createAccessTokens } from "./access-tokens.ts";
import { base64 } from "./base64.ts";

const API_BASE_URL = "https://api.safaricom.co.ke";

/** Tokens come at once or not at all, and a call waits for its token twice at most. */
const TOKEN_TIMEOUT_MS = 10_000;

/** A refused token is told at once. Later than that, a second try would make the whole last longer than a minute. */
const RENEWAL_WITHIN_MS = 10_000;

/** Daraja says 3599 s, and a token without an end is not kept for longer. */
const DEFAULT_TOKEN_SECONDS = 3_599;

const UNAUTHORIZED = 401;
const TOO_MANY_REQUESTS = 429;

/** "Invalid Access Token", as the STK push and as the other calls say it. The gateway answers it before anything happens. */
const TOKEN_REFUSED: ReadonlySet<string> = new Set(["404.001.03", "400.003.01"]);

export type DarajaRequest = {
  readonly path: string;
  readonly body: JsonObject;
  readonly allowLoopbackHttp: boolean;
  /** Epoch ms. */
  readonly now: number;
};

export type DarajaAnswer =
  /** JSON, or one of the statuses that say enough alone; then the body is empty. */
  | { readonly state: "answered"; readonly status: number; readonly body: JsonObject }
  /** Certain: it was never asked. */
  | { readonly state: "not_asked"; readonly failure: PaymentFailure; readonly providerCode: string }
  /** No usable answer: it may have been asked. */
  | { readonly state: "lost"; readonly providerCode: string };

type TokenFailure = { readonly failure: PaymentFailure; readonly providerCode: string };

const accessTokens = createAccessTokens<TokenFailure>(TOKEN_TIMEOUT_MS);

/**
 * One call of Daraja, under the token that is in memory or a new one. The call is sent a second time in one case
 * only: the gateway refused the token, so the first did nothing. All together it lasts less than a minute.
 */
export async function callDaraja(
  request: DarajaRequest,
  credentials: MpesaCredentials,
): Promise<DarajaAnswer> {
  const startedAt = Date.now();
  const first = await getToken(request, credentials);
  if (!first.ok) {
    return { state: "not_asked", ...first.error };
  }
  const answer = await post(request, credentials, first.value);
  if (!isTokenRefused(answer)) {
    return answer;
  }
  accessTokens.forget(await keyOf(credentials), first.value);
  if (Date.now() - startedAt > RENEWAL_WITHIN_MS) {
    return answer;
  }
  const second = await getToken(request, credentials);
  return second.ok ? post(request, credentials, second.value) : { state: "not_asked", ...second.error };
}

function isTokenRefused(answer: DarajaAnswer): boolean {
  return (
    answer.state === "answered" &&
    (answer.status === UNAUTHORIZED || TOKEN_REFUSED.has(asText(answer.body["errorCode"]) ?? ""))
  );
}

async function post(
  { path, body, allowLoopbackHttp }: DarajaRequest,
  { apiBaseUrl = API_BASE_URL }: MpesaCredentials,
  token: AccessToken,
): Promise<DarajaAnswer> {
  const answer = await fetchOutside({
    url: `${apiBaseUrl}${path}`,
    method: "POST",
    headers: {
      authorization: `Bearer ${token.value}`,
      "content-type": "application/json",
      accept: "application/json",
    },
    body: JSON.stringify(body),
    timeoutMs: PROVIDER_TIMEOUT_MS,
    maxResponseBytes: PROVIDER_ANSWER_MAX_BYTES,
    allowLoopbackHttp,
  });
  if (!answer.ok) {
    const providerCode = answer.error.reason;
    return providerCode === "url_refused"
      ? { state: "not_asked", failure: "provider_refused", providerCode }
      : { state: "lost", providerCode };
  }
  const { status } = answer.value;
  const json = parseObject(answer.value.body);
  if (json !== null) {
    return { state: "answered", status, body: json };
  }
  return status === UNAUTHORIZED || status === TOO_MANY_REQUESTS
    ? { state: "answered", status, body: {} }
    : { state: "lost", providerCode: `http_${status}` };
}

/** The secret is part of the key: nobody gets a token by knowing another merchant's consumer key. */
function keyOf({
  apiBaseUrl = API_BASE_URL,
  consumerKey,
  consumerSecret,
}: MpesaCredentials): Promise<string> {
  return sha256(JSON.stringify([apiBaseUrl, consumerKey, consumerSecret]));
}

async function getToken(
  request: DarajaRequest,
  credentials: MpesaCredentials,
): Promise<Result<AccessToken, TokenFailure>> {
  return accessTokens.get(await keyOf(credentials), request.now, () => fetchToken(request, credentials));
}

async function fetchToken(
  { allowLoopbackHttp, now }: DarajaRequest,
  { apiBaseUrl = API_BASE_URL, consumerKey, consumerSecret }: MpesaCredentials,
): Promise<Result<AccessToken, TokenFailure>> {
  const answer = await fetchOutside({
    url: `${apiBaseUrl}/oauth/v1/generate?grant_type=client_credentials`,
    method: "GET",
    headers: {
      authorization: `Basic ${base64(`${consumerKey}:${consumerSecret}`)}`,
      accept: "application/json",
    },
    timeoutMs: TOKEN_TIMEOUT_MS,
    maxResponseBytes: PROVIDER_ANSWER_MAX_BYTES,
    allowLoopbackHttp,
  });
  if (!answer.ok) {
    const { reason } = answer.error;
    const failure = reason === "url_refused" ? "provider_refused" : "provider_unavailable";
    return err({ failure, providerCode: `token_${reason}` });
  }
  const { status, body } = answer.value;
  const json = parseObject(body);
  const value = asText(json?.["access_token"]);
  if (status === 200 && value !== null) {
    const seconds = asAmount(json?.["expires_in"]) ?? DEFAULT_TOKEN_SECONDS;
    return ok({ value, expiresAt: now + Math.min(seconds, DEFAULT_TOKEN_SECONDS) * 1_000 });
  }
  const isRefused = status >= 400 && status < 500 && status !== TOO_MANY_REQUESTS;
  return err({
    failure: isRefused ? "provider_refused" : "provider_unavailable",
    providerCode: asText(json?.["errorCode"]) ?? `token_http_${status}`,
  });
}
