/** What the name of a field says about its value: `accessToken`, `x-api-key`, `MPESA_PIN`, `phone number` … */

/**
 * - `secret`: nothing of the value may be stored but that it is null, true or false;
 * - `secret_text`: texts are secrets, numbers are not (`token` against `tokens: 812`);
 * - `phone`: numbers of any spelling are phone numbers;
 * - `open`: the name says nothing.
 */
export type NameVerdict = "open" | "secret" | "secret_text" | "phone";

/** Parts of a name that mean a secret in whatever company, letters and digits only. The last ones are translations. */
const SECRET_PART =
  /passw(?:or)?d|passphrase|passcode|passkey|secret(?!ar)|credential|authori[sz]ation|(?:api|access|private|signing|encryption|master|consumer)key|cardn(?:o$|r$|um)|(?:credit|debit)card|cardpan|(?:security|verification|onetime|auth)code|primaryaccountn|cvv|cvc|nenosiri|motdepasse|contrasena|passwort|kennwort/;
/** Parts that mean a secret when the value is a text. */
const SECRET_TEXT_PART = /token(?!i[sz])|cookie|bearer|jwt|csrf|xsrf/;
const PHONE_PART = /phone|msisdn|whatsapp|mobile|cellno|cellnum|waid$/;

const SECRET_WORDS = new Set(["pin", "pins", "otp", "otps", "totp", "pwd", "csc", "cvn", "puk"]);
const SECRET_TEXT_WORDS = new Set(["auth", "pass"]);
const PHONE_WORDS = new Set(["tel", "cell", "fax"]);
/** Short secrets written without a seam (`mpesapin`, `otpcode`); in the middle of a word they mean nothing. */
const SEAMLESS =
  /^(?:user|customer|login|account|bank|card|atm|sim|mpesa|wallet|new|old|current|my|[imtu])pin$|^pincode$|otps?(?:code)?$/;

/** Last words of names that tell something about a secret without being one: `token_type`, `passwordUpdatedAt`. */
const HARMLESS_LAST_WORDS = new Set(
  "at count enabled expired expires expiry id in kind last length limit max min minutes policy required seconds size status ttl type uri url usage used valid version".split(
    " ",
  ),
);

/** How many names each isolate remembers; a tenant's data could bring any number. */
const REMEMBERED_NAMES = 2_000;
/** Longer names are judged afresh, so that they do not fill the memory. */
const REMEMBERED_NAME_LENGTH = 64;
const verdicts = new Map<string, NameVerdict>();

/** The verdict on a field's name, in any casing and spelling. Remembered, since names repeat from call to call. */
export function judgeName(name: string): NameVerdict {
  const known = verdicts.get(name);
  if (known !== undefined) {
    return known;
  }
  const verdict = judge(name);
  if (name.length <= REMEMBERED_NAME_LENGTH) {
    if (verdicts.size >= REMEMBERED_NAMES) {
      verdicts.clear();
    }
    verdicts.set(name, verdict);
  }
  return verdict;
}

function judge(name: string): NameVerdict {
  const words = wordsOf(name);
  const last = words.at(-1) ?? "";
  if (HARMLESS_LAST_WORDS.has(last) && words.length > 1 && !words.includes("wa")) {
    return "open";
  }
  const joined = words.join("");
  if (SECRET_PART.test(joined) || SEAMLESS.test(joined) || words.some((word) => SECRET_WORDS.has(word))) {
    return "secret";
  }
  if (SECRET_TEXT_PART.test(joined) || SECRET_TEXT_WORDS.has(last)) {
    return "secret_text";
  }
  return PHONE_PART.test(joined) || words.some((word) => PHONE_WORDS.has(word)) ? "phone" : "open";
}

/** `X-Api-Key`, `apiKey`, `API_KEY2` and `ａｐｉ key` are all `api key`. */
function wordsOf(name: string): string[] {
  return name
    .slice(0, 256)
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== "");
}
