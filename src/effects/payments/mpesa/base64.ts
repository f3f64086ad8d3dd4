import { utf8 } from "../../../kernel/encoding.ts";

/** Base64 with padding of a text's UTF-8 bytes, as Basic authentication and Daraja's `Password` want it. */
export function base64(text: string): string {
  return btoa(String.fromCharCode(...utf8(text)));
}
