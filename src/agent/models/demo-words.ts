/** What the demo model knows of language: which words carry nothing, and what customers mean by some. Pure. */

/** Words that are in every sentence and every tool's description. */
const EMPTY_WORDS = new Set(
  (
    "a about after all also am an and any are arrived as ask asks at be because been before but by can could customer " +
    "customers did do does for from get give given go had has have her here his how i if in into is it its just know like " +
    "make may me my need needs new no not now of on one only or other our out please so some tell than that the their them " +
    "then there they this to too up us use used using want wants was we were what when where which who will with would you your"
  ).split(" "),
);

/** What a customer's words are about, in the words that tools describe themselves with. */
const MEANINGS: readonly (readonly [RegExp, readonly string[]])[] = [
  [
    /\b(damaged?|broken?|faulty|defective|cracked|torn|spoiled|late|missing|lost|wrong|never|complain\w*|problem|issue|doesn'?t work|not working)\b/i,
    ["support", "ticket", "problem", "complain", "issue"],
  ],
  [/\b(human|person|agent|manager|someone|somebody)\b/i, ["escalate", "human", "person"]],
  [/\b(refund|money back|return)\b/i, ["refund", "return"]],
  [/\b(pay|paid|payment|m-?pesa|invoice)\b/i, ["pay", "payment"]],
  [/\b(how much|prices?|costs?)\b/i, ["quote", "price", "cost"]],
  [/\b(greet|greeting|say hello)\b/i, ["greet", "hello"]],
  [/\b(remind|reminder)\b/i, ["remind", "reminder", "schedule"]],
];

/** The words of a text that mean something, in lower case and without their endings. */
export function wordsOf(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/\p{L}{2,}/gu) ?? [];
  return new Set(words.filter((word) => !EMPTY_WORDS.has(word)).map(stem));
}

/** The same, with what the customer means by them. */
export function meaningOf(text: string): ReadonlySet<string> {
  const meant = MEANINGS.filter(([pattern]) => pattern.test(text)).flatMap(([, words]) => words.map(stem));
  return new Set([...wordsOf(text), ...meant]);
}

/** Which part of a message is meant for a field, by the field's name; and whether the whole message could be. */
const QUOTES: readonly (readonly [field: RegExp, quote: RegExp, orAll: boolean])[] = [
  [/address$/i, /\b(?:deliver(?:ed)?(?: it)? to|bring it to|address(?: is)?):?\s+(.+)$/is, false],
  [/number$/i, /\b([A-Z]{2,}(?:-\d+)+)\b/, true],
  [/^service$/i, /\b(?:book|for) (?:an? )?(.+?) (?:on|at) /i, true],
];

/** A day and a time, as in "on 2026-12-01 at 09:30". */
const TIME_FIELD = /^(?:startsAt|localTime)$/;
const DAY_AND_TIME = /\b(\d{4}-\d{2}-\d{2})(?:T|,? (?:at )?)(\d{2}:\d{2})\b/;

/** What the customer wrote for a field, to the letter; undefined when they did not. */
export function quoteFor(field: string, text: string): string | undefined {
  if (TIME_FIELD.test(field)) {
    const [, day, time] = DAY_AND_TIME.exec(text) ?? [];
    return day === undefined ? undefined : `${day}T${time}`;
  }
  const known = QUOTES.find(([name]) => name.test(field));
  if (known === undefined) {
    return text;
  }
  const [, quote, orAll] = known;
  return quote.exec(text)?.[1] ?? (orAll ? text : undefined);
}

/** What the customer is asked for when a field is missing. */
export function labelOf(field: string): string {
  return TIME_FIELD.test(field)
    ? "day and the time, such as 2026-12-01 at 10:30"
    : field
        .replaceAll("_", " ")
        .replace(/([a-z])([A-Z])/g, "$1 $2")
        .toLowerCase();
}

/** "tickets", "ticketed" and "ticket" are one word; enough for a demonstration in English. */
function stem(word: string): string {
  return word.length > 4 ? word.replace(/(?:ing|ed|es|s|e)$/, "") : word;
}
