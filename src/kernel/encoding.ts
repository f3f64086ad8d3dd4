const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** ECMAScript 2026 has base64; workerd does, Node 20 and 24 do not. Signing a call needs it twice, so it counts. */
type NativeBase64 = Uint8Array & {
  toBase64(options: { alphabet: "base64url"; omitPadding: boolean }): string;
};
const hasNativeBase64 = "toBase64" in Uint8Array.prototype;

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  // Node's types say ArrayBufferLike; both runtimes give an array of its own buffer.
  return encoder.encode(text) as Uint8Array<ArrayBuffer>;
}

export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Base64url without padding (RFC 4648 section 5). */
export function base64url(bytes: Uint8Array): string {
  if (hasNativeBase64) {
    return (bytes as NativeBase64).toBase64({ alphabet: "base64url", omitPadding: true });
  }
  let binary = "";
  for (const byte of bytes) {
    binary += String.fromCharCode(byte);
  }
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The bytes of a base64 or base64url text. Throws `InvalidCharacterError` on anything else. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) {
    bytes[index] = binary.charCodeAt(index);
  }
  return bytes;
}
