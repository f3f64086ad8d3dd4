import { TOOL_NAME_MAX_LENGTH } from "./limits.ts";

const HASH_LENGTH = 8;

/**
 * The name that a model sees: `<slug>__<tool>`. Characters that providers refuse become `_`; a name that is too
 * long is cut and ends in `_` and a hash of the whole, so that it stays the same and apart from its neighbours.
 * Never parsed back: the catalog holds the mapping.
 */
export function toModelName(slug: string, tool: string): string {
  const whole = `${slug}__${tool}`;
  const clean = whole.replace(/[^A-Za-z0-9_-]/g, "_");
  if (clean === whole && clean.length <= TOOL_NAME_MAX_LENGTH) {
    return clean;
  }
  // Cleaning may make two names equal ("a.b", "a_b"), so a changed name carries the hash as well.
  return `${clean.slice(0, TOOL_NAME_MAX_LENGTH - HASH_LENGTH - 1)}_${fnv1a(whole)}`;
}

/** FNV-1a over UTF-16 units, 32 bits, as eight hex digits: stable and synchronous; not a security measure. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(HASH_LENGTH, "0");
}
