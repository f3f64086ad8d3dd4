const AROUND = /^[\p{P}\p{S}\s]+|[\p{P}\p{S}\s]+$/gu;

/** A word as it counts when people write it: whatever its case, its spaces and the punctuation around it. */
export function foldWord(text: string): string {
  return text.normalize("NFKC").replaceAll(AROUND, "").replaceAll(/\s+/g, " ").toLowerCase();
}
