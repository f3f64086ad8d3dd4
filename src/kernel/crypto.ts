/** Hashes and random secrets on WebCrypto, so that the same code runs on Workers, Node, Bun and Deno. */
import { base64url, utf8 } from "./encoding.ts";

/** SHA-256 of a text's UTF-8 bytes or of raw bytes, as base64url. */
export async function sha256(input: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof input === "string" ? utf8(input) : input;
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** WebCrypto's handle of a key. Not every runtime's types have a global name for it. */
export type KeyHandle = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** `byteLength` random bytes as base64url; 32 bytes are 256 bits of entropy. */
export function randomToken(byteLength = 32): string {
  return base64url(crypto.getRandomValues(new Uint8Array(byteLength)));
}

/** `byteLength` random bytes as standard base64 with padding, for formats that ask for it. */
export function randomBytesBase64(byteLength: number): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(byteLength))));
}
