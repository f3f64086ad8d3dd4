import { createHash } from "node:crypto";
import QuickLRU from "quick-lru";
import { randomToken } from "../../kernel/crypto.ts";

/** What a machine credential starts with: an API token of the control plane, or a gateway key of the data plane. */
export type CredentialPrefix = "kvt" | "kvk";

// The prefix, `_`, and 32 random bytes in base64url without padding.
const CREDENTIAL_PATTERN = /^(kvt|kvk)_[A-Za-z0-9_-]{43}$/;

const HINT_CHARACTERS = 4;

/** Valid credentials only: a text that was guessed wrong takes no room. */
const known = new QuickLRU<string, string>({ maxSize: 1_000 });

/** A new credential: the text to show once, and the two things of it that are kept. */
export function createCredential(prefix: CredentialPrefix): {
  readonly text: string;
  readonly hash: string;
  readonly hint: string;
} {
  const text = `${prefix}_${randomToken()}`;
  return { text, hash: hashCredential(text), hint: text.slice(-HINT_CHARACTERS) };
}

/**
 * What is stored of a credential. A plain SHA-256 is enough, since 256 random bits cannot be guessed; it also lets
 * the lookup go by index. Node's synchronous hash, because WebCrypto's costs a tool call an asynchronous hop.
 */
export function hashCredential(text: string): string {
  return known.get(text) ?? createHash("sha256").update(text).digest("base64url");
}

/** Remembers the hash of a credential that proved valid, for hashing is a tenth of what a warm tool call costs. */
export function rememberHash(text: string, hash: string): void {
  known.set(text, hash);
}

/** Which credential a text has the form of, or null when it has none and is not worth a lookup. */
export function credentialPrefix(text: string): CredentialPrefix | null {
  const [, prefix] = CREDENTIAL_PATTERN.exec(text) ?? [];
  return prefix === "kvt" || prefix === "kvk" ? prefix : null;
}
