/**
 * Values as they are stored in records: JSON text without secrets, card numbers and phone numbers, cut to a size.
 * Runs once or twice for each tool call, so names and schemas are judged once and remembered.
 */

import type { JsonSchema } from "./json-schema.ts";
import { judgeName, type NameVerdict } from "./redact-names.ts";
import { REDACTED_PHONE, redactNumber } from "./redact-numbers.ts";
import { itemsPlace, markedPlace, propertyPlace, type SchemaPlace } from "./redact-schema.ts";
import { REDACTED, redactText } from "./redact-text.ts";

export { maskedSchemaFields } from "./redact-schema.ts";

type RedactOptions = {
  /** The schema of the value: what it marks as sensitive (`format: "password"`, `writeOnly`, `x-sensitive`) goes. */
  readonly schema?: JsonSchema;
  /** Of the text, in UTF-8. At least 64. */
  readonly maxBytes: number;
};

/**
 * JSON text of the value, valid whatever the value is. Hidden: values under names that name a secret or a phone
 * number, values that the schema marks, and whatever looks like a key, a token, a card or a phone number inside
 * any text or field name. A text that does not fit ends in `…`; a list or object that does not fit ends with the
 * element or member `…`. Work and result are bounded by `maxBytes`, so that depth, size and cycles do no harm.
 */
export function redactToText(value: unknown, { schema, maxBytes }: RedactOptions): string {
  const output: Output = { text: "", bytesLeft: maxBytes };
  write(output, value, { verdict: "open", place: markedPlace(schema) }, 0);
  return output.text;
}

/** `bytesLeft` already lacks what closing the open lists and objects will take. */
type Output = { text: string; bytesLeft: number };
/** What is known about the value to come: by the names above it, and by the schema. */
type Known = { readonly verdict: NameVerdict; readonly place: SchemaPlace | undefined };

const CUT = "…";
/** Deeper values are left out. Tool inputs are at most this deep by their schemas. */
const DEEPEST = 32;
/** Space for any short value (a number, a replacement) and for a list's or object's brackets and mark of cutting. */
const SHORTEST_ROOM_BYTES = 40;
const BRACKETS_AND_CUT_BYTES = utf8Length(`{,"${CUT}":"${CUT}"}`);
/** Digits that make a value under a phone's name a number; fewer are an extension or a kind. */
const PHONE_DIGITS = /(?:\d\D*){6}/;

function write(output: Output, value: unknown, known: Known, depth: number): void {
  if (value === null || value === undefined || typeof value === "function") {
    append(output, "null");
  } else if (known.place?.isSensitive === true) {
    appendText(output, REDACTED);
  } else if (typeof value === "boolean") {
    append(output, String(value));
  } else if (known.verdict === "secret") {
    appendText(output, REDACTED);
  } else if (typeof value === "object") {
    if (depth >= DEEPEST) {
      appendText(output, CUT);
    } else if (Array.isArray(value)) {
      writeList(output, value, known, depth);
    } else {
      writeObject(output, value as Record<string, unknown>, known, depth);
    }
  } else if (typeof value === "number") {
    writeNumber(output, value, known.verdict);
  } else {
    writeText(output, String(value), known.verdict);
  }
}

function writeNumber(output: Output, value: number, verdict: NameVerdict): void {
  const hidden =
    verdict === "phone" && PHONE_DIGITS.test(String(value)) ? REDACTED_PHONE : redactNumber(value);
  if (hidden === undefined) {
    append(output, JSON.stringify(value));
  } else {
    appendText(output, hidden);
  }
}

function writeText(output: Output, text: string, verdict: NameVerdict): void {
  if (verdict === "secret_text") {
    appendText(output, REDACTED);
  } else if (verdict === "phone" && PHONE_DIGITS.test(text)) {
    appendText(output, REDACTED_PHONE);
  } else {
    appendText(output, redactBeginning(text, output.bytesLeft));
  }
}

/** Longer than any number that is looked for, so that none can stand half within a cut. */
const CUT_MARGIN = 64;

/** The redacted text, at least as much of it as fits into `bytes`. What cannot be stored anyway is not searched. */
function redactBeginning(text: string, bytes: number): string {
  const most = bytes + CUT_MARGIN;
  if (text.length <= most) {
    return redactText(text);
  }
  const redacted = redactText(text.slice(0, most));
  return redacted.slice(0, -CUT_MARGIN) + CUT;
}

function writeList(output: Output, list: readonly unknown[], known: Known, depth: number): void {
  output.bytesLeft -= BRACKETS_AND_CUT_BYTES;
  output.text += "[";
  const inside = { verdict: known.verdict, place: known.place && itemsPlace(known.place) };
  for (let index = 0; index < list.length; index++) {
    const comma = index === 0 ? "" : ",";
    if (output.bytesLeft < SHORTEST_ROOM_BYTES) {
      output.text += `${comma}"${CUT}"`;
      break;
    }
    append(output, comma);
    write(output, list[index], inside, depth + 1);
  }
  output.text += "]";
}

function writeObject(
  output: Output,
  object: Readonly<Record<string, unknown>>,
  known: Known,
  depth: number,
): void {
  output.bytesLeft -= BRACKETS_AND_CUT_BYTES;
  output.text += "{";
  let comma = "";
  let redactedNames = 0;
  const verdictOfPair = pairVerdict(object);
  for (const name in object) {
    const value = object[name];
    if (value === undefined || !Object.hasOwn(object, name)) {
      continue;
    }
    let shownName = redactBeginning(name, output.bytesLeft);
    if (shownName !== name) {
      redactedNames += 1;
      shownName += redactedNames > 1 ? ` ${redactedNames}` : ""; // names stay unique
    }
    const beginning = `${comma}${JSON.stringify(shownName)}:`;
    if (output.bytesLeft < utf8Length(beginning) + SHORTEST_ROOM_BYTES) {
      output.text += `${comma}"${CUT}":"${CUT}"`;
      break;
    }
    append(output, beginning);
    const named = VALUE_OF_PAIR.test(name) ? verdictOfPair : judgeName(name);
    const verdict = named === "open" ? known.verdict : named;
    write(output, value, { verdict, place: known.place && propertyPlace(known.place, name) }, depth + 1);
    comma = ",";
  }
  output.text += "}";
}

const VALUE_OF_PAIR = /^value$/i;

/** `{ "name": "PIN", "value": 1234 }` (headers, form fields, Daraja's items): what the name says about the value. */
function pairVerdict(object: Readonly<Record<string, unknown>>): NameVerdict {
  const name = object["name"] ?? object["Name"] ?? object["key"] ?? object["Key"] ?? object["field"];
  return typeof name === "string" ? judgeName(name) : "open";
}

function append(output: Output, json: string): void {
  output.text += json;
  output.bytesLeft -= utf8Length(json);
}

/** Appends a text, or as much of it as half of the space that is left can hold: what comes after it counts too. */
function appendText(output: Output, text: string): void {
  const json = JSON.stringify(text);
  const bytes = utf8Length(json);
  if (bytes <= output.bytesLeft) {
    output.text += json;
    output.bytesLeft -= bytes;
  } else {
    append(output, JSON.stringify(beginningWithin(text, output.bytesLeft / 2) + CUT));
  }
}

/** Quotation marks and the mark of cutting. */
const AROUND_CUT_BYTES = utf8Length(`"${CUT}"`);

/** The longest beginning whose JSON takes at most `bytes`, never half of a surrogate pair. */
function beginningWithin(text: string, bytes: number): string {
  let left = bytes - AROUND_CUT_BYTES;
  let length = 0;
  for (const char of text) {
    left -= utf8Length(JSON.stringify(char)) - 2;
    if (left < 0) {
      break;
    }
    length += char.length;
  }
  return text.slice(0, length);
}

/** Bytes of a text in UTF-8, without encoding it. The text has no lone surrogates: JSON.stringify escapes them. */
function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) {
      // Half of a surrogate pair is two of its four bytes.
      bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
    }
  }
  return bytes;
}
