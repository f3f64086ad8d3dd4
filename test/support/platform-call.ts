/** Tool calls as the platform makes them, and as somebody who is not the platform would. Runs in Node and workerd. */
import { SignJWT } from "jose";
import type { PlatformTokenHeader } from "../../src/contract/platform-token.ts";
import { sha256 } from "../../src/kernel/crypto.ts";
import { base64url, utf8 } from "../../src/kernel/encoding.ts";

export const PLUGIN_SECRET = "kps_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
export const PLUGIN_ORIGIN = "https://plugins.example.com";
/** When the calls of these tests are made. */
export const CALLED_AT = Date.parse("2026-11-21T08:00:00Z");

/** The seed's call, with the id that this platform adds. */
export const TICKET_CALL = {
  tool: "create_support_ticket",
  input: { customerName: "Amina Wanjiru", summary: "The item arrived damaged.", priority: "normal" },
  context: {
    organizationId: "org_123",
    instanceId: "inst_456",
    user: { id: "customer_hash", hashVersion: 1 },
    config: { defaultQueue: "customer-care" },
    callId: "call_789",
  },
};

export type TokenParts = {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly kid?: string;
  readonly secret?: string;
  /** Epoch milliseconds; `CALLED_AT` when it does not matter. */
  readonly issuedAt?: number;
};

/** The platform token for a raw body. `undefined` among the claims takes one away. */
export async function signToken(body: string, parts: TokenParts = {}): Promise<string> {
  const { claims = {}, kid = "ins_1.v1", secret = PLUGIN_SECRET, issuedAt = CALLED_AT } = parts;
  const iat = Math.floor(issuedAt / 1000);
  return new SignJWT({
    iss: "https://kivuko.example.com",
    aud: "SUPPORT_DESK",
    sub: "ins_1",
    org: "org_123",
    instance: "inst_456",
    tool: "create_support_ticket",
    jti: "call_789",
    iat,
    exp: iat + 300,
    body_sha256: await sha256(body),
    ...claims,
  })
    .setProtectedHeader({ alg: "HS256", typ: "JWT", kid } satisfies PlatformTokenHeader)
    .sign(utf8(secret));
}

/** A token with a header of its own and no signature, or a signature that is not for it. */
export function assembleToken(header: object, claims: object, signature = ""): string {
  const part = (value: object) => base64url(utf8(JSON.stringify(value)));
  return `${part(header)}.${part(claims)}.${signature}`;
}

export function postCall(body: string, token: string, path = "/execute"): Request {
  return new Request(`${PLUGIN_ORIGIN}${path}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body,
  });
}

/** A `GET` call: `query` is the input as the platform writes it. */
export function getCall(
  query: Record<string, string>,
  context: object,
  token: string,
  path: string,
): Request {
  const url = new URL(path, PLUGIN_ORIGIN);
  url.search = new URLSearchParams(query).toString();
  return new Request(url, {
    headers: {
      Authorization: `Bearer ${token}`,
      "Kivuko-Context": base64url(utf8(JSON.stringify(context))),
    },
  });
}
