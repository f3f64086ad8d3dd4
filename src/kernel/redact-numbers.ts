/**
 * Phone and payment card numbers inside a text. Written by hand and not with libphonenumber-js' finder, which needs
 * a country to find local numbers and a hundred times as long on a long text; the library is asked only when bare
 * digits might be a number with a country code.
 */
import { parsePhoneNumberFromString } from "libphonenumber-js/min";

export const REDACTED_PHONE = "[redacted phone number]";
const REDACTED_CARD = "[redacted card number]";

/** What people put between the digits of one number, invisible characters that chat programs add included. */
const SEPARATOR = String.raw`[ \t\xa0\u2000-\u200f\u202a-\u202f\u2060-\u2069\xad().\/\-‐-―−]`;
/** Digits enough for a number, with an international prefix or not. */
const DIGIT_RUN = new RegExp(
  String.raw`(?:(?:\+|＋|%2B)${SEPARATOR}{0,2})?\d(?:${SEPARATOR}{0,3}\d){6,}`,
  "gi",
);
const OTHER_DIGITS = /[٠-٩۰-۹०-९０-９]/g;
const WORD = /[\p{L}\p{N}_]/u;
const ORDER_OR_AMOUNT = /[#$€£¥₦]/;
const HYPHEN = /[-‐-―−]/;
/** Within a run, a new number may begin after these; hyphens and dots hold one number together. */
const SOFT_SEPARATOR = /[\s()/]/;
/** The digits of the shortest phone number and of the longest card number that are looked for. */
const FEWEST_DIGITS = 8;
const MOST_DIGITS = 19;

/** The text with its phone and card numbers replaced. */
export function redactNumbers(text: string): string {
  const ascii = text.replace(OTHER_DIGITS, toAsciiDigit);
  let result = "";
  let copiedTo = 0;
  for (const match of ascii.matchAll(DIGIT_RUN)) {
    for (const find of findNumbers(ascii, match.index, match[0])) {
      result += text.slice(copiedTo, find.start) + find.replacement;
      copiedTo = find.end;
    }
  }
  return copiedTo === 0 ? text : result + text.slice(copiedTo);
}

/** One digit for one digit, so that places in the mapped text are places in the text itself. */
function toAsciiDigit(digit: string): string {
  const code = digit.charCodeAt(0);
  const isDevanagari = code >= 0x966 && code <= 0x96f; // the only one here whose nought is no multiple of sixteen
  return String(isDevanagari ? code - 0x966 : code % 16);
}

type Find = { readonly start: number; readonly end: number; readonly replacement: string };
type Group = { readonly start: number; readonly end: number; readonly digits: string };

/** The numbers in a run of digits, which may hold several side by side or none: the longest from the left first. */
function findNumbers(text: string, runStart: number, run: string): readonly Find[] {
  const groups: Group[] = [];
  for (const { 0: digits, index } of run.replace(/^%2B/i, "+  ").matchAll(/\d+/g)) {
    groups.push({ start: runStart + index, end: runStart + index + digits.length, digits });
  }
  const isInternational = !/^\d/.test(run);
  const finds: Find[] = [];
  for (let first = 0; first < groups.length; first++) {
    const hasPlus = isInternational && first === 0;
    const start = groups[first]?.start ?? 0;
    const isAfterFind = first > 0 && finds.at(-1)?.end === groups[first - 1]?.end;
    const beginning = hasPlus || isAfterFind ? "free" : beginningAt(text, start, first > 0);
    if (beginning === "inside") {
      continue;
    }
    for (let last = beginning === "glued" ? first : lastWithin(groups, first); last >= first; last--) {
      const found = groups.slice(first, last + 1);
      const end = groups[last]?.end ?? 0;
      const replacement =
        (hasPlus || mayEnd(text, end, last < groups.length - 1, found)) &&
        replacementOf(found, text.slice(start, end), hasPlus, beginning === "glued");
      if (replacement) {
        finds.push({ start: hasPlus ? runStart : start, end, replacement });
        first = last;
        break;
      }
    }
  }
  return finds;
}

/** The last group that can belong to a number which begins at `first`; before `first` when that alone is too long. */
function lastWithin(groups: readonly Group[], first: number): number {
  let digits = 0;
  let last = first;
  for (; last < groups.length && digits <= MOST_DIGITS; last++) {
    digits += groups[last]?.digits.length ?? 0;
  }
  return digits > MOST_DIGITS ? last - 2 : last - 1;
}

/**
 * What stands before a number: nothing that matters; a word it is glued to (`user_2547…`, `INV-07…`), after which only
 * what is surely a phone number counts; or the beginning of the same identifier, amount or date.
 */
function beginningAt(text: string, start: number, isWithinRun: boolean): "free" | "glued" | "inside" {
  const before = text.charAt(start - 1);
  if (isWithinRun) {
    return SOFT_SEPARATOR.test(before) ? "free" : "inside";
  }
  if (ORDER_OR_AMOUNT.test(before)) {
    return "inside";
  }
  return WORD.test(HYPHEN.test(before) ? text.charAt(start - 2) : before) ? "glued" : "free";
}

/** As many digits at once are a whole number, even when a hyphen follows: `0712345678-0722345678`. */
const WHOLE_NUMBER_DIGITS = 9;

function mayEnd(text: string, end: number, isWithinRun: boolean, groups: readonly Group[]): boolean {
  const after = text.charAt(end);
  if (!isWithinRun) {
    return !WORD.test(after);
  }
  const isWhole = groups.length === 1 && (groups[0]?.digits.length ?? 0) >= WHOLE_NUMBER_DIGITS;
  return SOFT_SEPARATOR.test(after) || (isWhole && HYPHEN.test(after));
}

function replacementOf(
  groups: readonly Group[],
  spelling: string,
  hasPlus: boolean,
  isGlued: boolean,
): string | undefined {
  const digits = groups.map((group) => group.digits).join("");
  if (digits.length < FEWEST_DIGITS) {
    return undefined;
  }
  if (isGlued) {
    return isInUse(digits) ? REDACTED_PHONE : undefined;
  }
  const shape = groups.map((group) => group.digits.length).join(" ");
  if (!hasPlus && CARD_SHAPE.test(shape) && isCardNumber(digits)) {
    return REDACTED_CARD;
  }
  return isPhoneNumber(digits, shape, spelling, hasPlus) ? REDACTED_PHONE : undefined;
}

const CARD_SHAPE = /^(?:\d+|4 4 4 \d( \d)?|4 6 [45])$/;
/** Lengths and first digits of the card schemes (ISO/IEC 7812). */
const CARD_DIGITS = /^(?:[2-6]\d{15,18}|3[47]\d{13}|3[068]\d{12}|4\d{12})$/;

/** Whether the digits have the length, the beginning and the check digit (Luhn) of a payment card. */
function isCardNumber(digits: string): boolean {
  if (!CARD_DIGITS.test(digits)) {
    return false;
  }
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48;
    const weighted = place % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}

const INTERNATIONAL = /^\d{8,15}$/; // E.164 allows fifteen digits
const WITH_00 = /^00[1-9]\d{7,14}$/;
const WITH_TRUNK_0 = /^0[1-9]\d{7,9}$/;
/** `020 …`, `07 12 …` and digit by digit; not `0.71…`. */
const TRUNK_SHAPE = /^(?:(?:[2-9]|1\d)(?: (?:[2-9]|1\d))*|1(?: 1)+)$/;
/** As in `030/901820-0`: the one group that may have a single digit. */
const EXTENSION = /-\d$/;
const DAY_MONTH_YEAR = /^2 2 4\b/;
const NORTH_AMERICAN = /^1?[2-9]\d{2}[2-9]\d{6}$/;
const NORTH_AMERICAN_SHAPE = /^(?:1 )?3 3 4$/;
const WITH_COUNTRY_CODE = /^(?:1[2-9]\d{2}[2-9]\d{6}|[2-9]\d{10,12})$/;
const WITH_COUNTRY_CODE_SHAPE = /^\d+(?: (?:[2-9]|1\d)){0,4}$/;
const IPV4 = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;
/** `202605100041`: a date and a count, or a date and a time. No country's numbers begin so but landlines of Cairo. */
const BEGINS_WITH_DATE = /^20(?:1[6-9]|[2-9]\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])/;

function isPhoneNumber(digits: string, shape: string, spelling: string, hasPlus: boolean): boolean {
  if (hasPlus) {
    return INTERNATIONAL.test(digits);
  }
  if (WITH_00.test(digits)) {
    return spelling.startsWith("00");
  }
  if (WITH_TRUNK_0.test(digits)) {
    const withoutExtension = EXTENSION.test(spelling) ? shape.slice(0, -" 1".length) : shape;
    return (TRUNK_SHAPE.test(withoutExtension) || spelling.startsWith("0)")) && !DAY_MONTH_YEAR.test(shape);
  }
  if (NORTH_AMERICAN_SHAPE.test(shape) && NORTH_AMERICAN.test(digits)) {
    return true;
  }
  return (
    mayHaveCountryCode(digits) &&
    WITH_COUNTRY_CODE_SHAPE.test(shape) &&
    !IPV4.test(spelling) &&
    (phoneNumberOf(digits)?.isPossible() ?? false)
  );
}

function mayHaveCountryCode(digits: string): boolean {
  return WITH_COUNTRY_CODE.test(digits) && !BEGINS_WITH_DATE.test(digits);
}

/** Whether the digits, with a plus before them, are a number that its country has given out. */
function isInUse(digits: string): boolean {
  return mayHaveCountryCode(digits) && (phoneNumberOf(digits)?.isValid() ?? false);
}

const phoneNumberOf = (digits: string) => parsePhoneNumberFromString(`+${digits}`);

/** What to store in place of a number, when it is a card's or a phone's (Daraja sends both as JSON numbers). */
export function redactNumber(value: number): string | undefined {
  if (value < 1e10 || !Number.isSafeInteger(value)) {
    return undefined;
  }
  const digits = String(value);
  if (isCardNumber(digits)) {
    return REDACTED_CARD;
  }
  // Numbers count things and tell times, so only those count that are in use in their country.
  return isInUse(digits) ? REDACTED_PHONE : undefined;
}
