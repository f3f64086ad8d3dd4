/**
 * Encryption at rest: AES-256-GCM under named master keys. A sealed value carries the id of the key that sealed
 * it, so that the master key can rotate: new values use the ring's first key, old values open with theirs.
 */
import type { KeyHandle } from "./crypto.ts";
import { base64url, fromBase64, fromUtf8, utf8 } from "./encoding.ts";

const FORMAT = "v1";
const IV_BYTES = 12; // the nonce size that NIST SP 800-38D recommends for GCM

export type KeyRing = {
  /** `v1.<key id>.<iv>.<ciphertext>`; `purpose` is authenticated, so a value cannot be moved to another column. */
  seal(plaintext: string, purpose: string): Promise<string>;
  /** The plaintext. Throws when the key is not in the ring, the purpose differs or a bit has changed. */
  open(sealed: string, purpose: string): Promise<string>;
  /** The value as the newest key seals it: itself when that key did. Throws as `open` does. */
  reseal(sealed: string, purpose: string): Promise<string>;
  /** What the values of each key start with, newest key first. What an older one sealed should be sealed again. */
  readonly prefixes: readonly [string, ...string[]];
};

/** A ring of `{ id, key }`, newest first; `key` is 32 bytes in base64. Throws on an empty ring or a bad key. */
export function createKeyRing(entries: readonly { id: string; key: string }[]): KeyRing {
  const newest = entries[0];
  if (newest === undefined) {
    throw new Error("The key ring is empty.");
  }
  const material = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { id, key } of entries) {
    const bytes = fromBase64(key);
    if (bytes.length !== 32) {
      throw new Error(`Key "${id}" of the key ring is not 32 bytes of base64.`);
    }
    material.set(id, bytes);
  }
  // Resolved keys only: a promise that one request made is not another's to wait for.
  const imported = new Map<string, KeyHandle>();
  const keyNamed = async (id: string) => {
    const known = imported.get(id);
    if (known) {
      return known;
    }
    const bytes = material.get(id);
    if (bytes === undefined) {
      throw new Error(`Key "${id}" is not in the key ring.`);
    }
    const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
    imported.set(id, key);
    return key;
  };
  const prefixes = [prefixOf(newest), ...entries.slice(1).map(prefixOf)] as const;
  const ring: KeyRing = {
    async seal(plaintext, purpose) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const algorithm = { name: "AES-GCM", iv, additionalData: utf8(purpose) };
      const ciphertext = await crypto.subtle.encrypt(algorithm, await keyNamed(newest.id), utf8(plaintext));
      return [FORMAT, newest.id, base64url(iv), base64url(new Uint8Array(ciphertext))].join(".");
    },
    async open(sealed, purpose) {
      const [format, id, iv, ciphertext] = sealed.split(".");
      if (format !== FORMAT || id === undefined || iv === undefined || ciphertext === undefined) {
        throw new Error("The sealed value has an unknown format.");
      }
      const algorithm = { name: "AES-GCM", iv: fromBase64(iv), additionalData: utf8(purpose) };
      const bytes = await crypto.subtle.decrypt(algorithm, await keyNamed(id), fromBase64(ciphertext));
      return fromUtf8(new Uint8Array(bytes));
    },
    async reseal(sealed, purpose) {
      return sealed.startsWith(prefixes[0]) ? sealed : ring.seal(await ring.open(sealed, purpose), purpose);
    },
    prefixes,
  };
  return ring;
}

/** What the values start with that the key seals. */
function prefixOf({ id }: { readonly id: string }): string {
  return `${FORMAT}.${id}.`;
}

/** What no other sealed value starts with: the key and the random part. */
export function startOf(sealed: string): string {
  return sealed.split(".", 3).join(".");
}

/** The id of the key whose values start so. */
export function keyIdOf(prefix: string): string {
  return prefix.split(".")[1] ?? prefix;
}
