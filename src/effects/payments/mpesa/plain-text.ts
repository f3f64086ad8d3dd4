/** Combining marks, which stay behind when `é` is taken apart. */
const MARKS = /\p{Mark}/gu;

/**
 * A text in the letters, digits and few signs that every part of M-Pesa takes, cut to `maxCharacters`. What has no
 * such form is left out: it can leave nothing.
 */
export function plainText(text: string, maxCharacters: number): string {
  return text
    .normalize("NFKD")
    .replace(MARKS, "")
    .replace(/[^A-Za-z0-9 .,-]+/g, " ")
    .replace(/ +/g, " ")
    .trim()
    .slice(0, maxCharacters)
    .trimEnd();
}
