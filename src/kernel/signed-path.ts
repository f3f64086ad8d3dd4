/** Links that carry their own permission: a path, when it ends, and a signature over both. */
import type { KeyHandle } from "./crypto.ts";
import { base64url, fromBase64, utf8 } from "./encoding.ts";

const PURPOSE = "kivuko signed path";
const SECOND_MS = 1_000;

/**
 * The path with `expires` (epoch seconds) and `signature` (HMAC-SHA256, base64url) as its query. `secret` is the
 * deployment's; what it signs here cannot be used elsewhere.
 */
export async function signPath(secret: string, path: string, expiresAt: number): Promise<string> {
  const expires = Math.floor(expiresAt / SECOND_MS);
  const signature = await crypto.subtle.sign("HMAC", await keyOf(secret), signedBytes(path, expires));
  return `${path}?expires=${expires}&signature=${base64url(new Uint8Array(signature))}`;
}

/** Whether the path was signed by us and has not ended, compared in constant time. `now` in epoch ms. */
export async function isSignedPath(
  secret: string,
  path: string,
  query: URLSearchParams,
  now: number,
): Promise<boolean> {
  const expires = Number(query.get("expires"));
  const signature = query.get("signature") ?? "";
  if (!Number.isSafeInteger(expires) || expires * SECOND_MS <= now || !/^[\w-]{43}$/.test(signature)) {
    return false;
  }
  return crypto.subtle.verify("HMAC", await keyOf(secret), fromBase64(signature), signedBytes(path, expires));
}

function signedBytes(path: string, expires: number): Uint8Array<ArrayBuffer> {
  return utf8(`${PURPOSE}\n${path}\n${expires}`);
}

function keyOf(secret: string): Promise<KeyHandle> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", utf8(secret), algorithm, false, ["sign", "verify"]);
}
