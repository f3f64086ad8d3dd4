import { AppError } from "../kernel/errors.ts";
import { KEY_MAX_LENGTH } from "./limits.ts";

const PRINTABLE = /^[\x20-\x7e]+$/;
/** A string of Structured Fields (RFC 9651), the form that the IETF's draft writes keys in. */
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/;

/**
 * The key of a call, as it is or between quotes: both name the same key. Null without the header. Throws
 * `idempotency_key_malformed` (400).
 */
export function readIdempotencyKey(header: string | null): string | null {
  if (header === null) {
    return null;
  }
  const quoted = QUOTED.exec(header)?.[1]?.replaceAll(/\\(.)/g, "$1");
  const key = quoted ?? (header.startsWith('"') ? "" : header);
  if (key.length > KEY_MAX_LENGTH || !PRINTABLE.test(key)) {
    throw new AppError(
      "malformed",
      "idempotency_key_malformed",
      `The Idempotency-Key must be 1 to ${KEY_MAX_LENGTH} printable ASCII characters.`,
      { hint: "Send a UUID, or an id of your own for what is being done." },
    );
  }
  return key;
}

/** The key of a call that changes something. Throws `idempotency_key_missing` (400). */
export function requireIdempotencyKey(key: string | null): string {
  if (key === null) {
    throw new AppError(
      "malformed",
      "idempotency_key_missing",
      "A call that changes something needs the header Idempotency-Key.",
      { hint: "Send the same key with every try of the same thing, and another one for another thing." },
    );
  }
  return key;
}
