/**
 * Secrets inside a text, by their look and by the names before them. E-mail addresses stay: people are looked for
 * in the log by them.
 */
import { redactNumbers } from "./redact-numbers.ts";

export const REDACTED = "[redacted]";

/** The text with everything that looks like a secret, a card number or a phone number replaced. */
export function redactText(text: string): string {
  if (text.length < SHORTEST_FIND) {
    return text;
  }
  return redactNumbers(redactSecrets(text));
}

/** `pin=1`, and nothing is shorter. */
const SHORTEST_FIND = 5;

/** Each of these is a secret by its own look. A piece cut off at the end of a text is still recognised. */
const SECRET_LOOKS = new RegExp(
  [
    String.raw`-----BEGIN [A-Z\d ]{1,40}-----[^]*?(?:-----END [A-Z\d ]{1,40}-----|$)`, // PEM
    String.raw`\b(?:kvk|kvt|kps|cct)_[\w-]{6,}`, // this platform's own keys, tokens and secrets
    String.raw`\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}`, // JWS and JWE: base64url of `{"`
    String.raw`\b(?:sk|rk|pk)_(?:live|test)_\w{8,}|\bsk-[\w-]{16,}|\bgh[pousr]_\w{20,}|\bxox[abeprs]-[\w-]{10,}|\bAKIA[A-Z\d]{16}\b|\bAIza[\w-]{30,}`, // well-known services
    String.raw`(?<=:\/\/)[^\s/@:]{0,100}:[^\s/@]{1,200}(?=@)`, // user name and password in a URL
  ].join("|"),
  "g",
);
/** `Bearer` is a word too: what follows must look like a key. */
const BEARER = /\bbearer\s{1,4}(?=[\w.~+/=-]{0,40}\d|[\w.~+/=-]{20})[\w.~+/=-]{6,}/gi;
/** `password=…`, `"pin": "…"`, `OTP is 1234`: the name stays, the value goes; a value in quotation marks goes whole. */
const NAMED = new RegExp(
  [
    String.raw`((?:(?<![a-z\d])(?:pin|otp|pwd|cvv2?|cvc)|passw(?:or)?d|passphrase|passcode|secret`,
    "|(?:api|access|private)[ _-]?key|token|authori[sz]ation|credentials?|(?:verification|security) code)",
    String.raw`(?:\s(?:code|number|no\.?))?\\{0,2}["']?`,
    String.raw`(?:\s{0,3}[:=]\s{0,3}(?:(?:basic|digest|token)\s{1,3})?|\s{1,3}(?:is|was|ni)\s{1,3}(?=\S{0,80}\d)))`,
    String.raw`(?:(\\{0,2}["'])[^"']+|[^\s"'&,;<>{}[\]\\]+)`,
  ].join(""),
  "gi",
);

function redactSecrets(text: string): string {
  return text
    .replace(SECRET_LOOKS, REDACTED)
    .replace(BEARER, REDACTED)
    .replace(NAMED, (_, name: string, quote = "") => name + quote + REDACTED);
}
