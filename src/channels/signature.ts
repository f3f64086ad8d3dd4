import type { KeyHandle } from "../kernel/crypto.ts";
import { utf8 } from "../kernel/encoding.ts";

/** Whether `signature` is the HMAC of the bytes under the secret, compared in constant time. */
export async function isSignedBy(
  secret: string,
  hash: "SHA-1" | "SHA-256" | "SHA-512",
  signature: Uint8Array<ArrayBuffer>,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const algorithm = { name: "HMAC", hash };
  const key: KeyHandle = await crypto.subtle.importKey("raw", utf8(secret), algorithm, false, ["verify"]);
  return crypto.subtle.verify("HMAC", key, signature, signed);
}

/** The bytes of a hexadecimal text, or null when it is none. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) {
    return null;
  }
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
