/** The words for what is wrong with a value. They name what the schema asks for and never what the value holds. */
import type { Schema } from "@cfworker/json-schema";
import type { Issue } from "../errors.ts";
import { appendPointer, isObject } from "./json-pointer.ts";

/** A keyword that failed, with its surroundings. */
export type Failure = {
  readonly keyword: string;
  /** Where the value is, and the value. */
  readonly pointer: string;
  readonly value: unknown;
  /** The schema that holds the keyword. */
  readonly schema: Schema;
  /** The keyword that put this schema to the value, such as `additionalProperties`. */
  readonly applicator: string;
  /** The schema around it. */
  readonly parent: Schema;
};

/** Values and names listed in one sentence. */
const LIST_MAX = 12;
/** Characters of one value or pattern in a sentence. */
const TEXT_MAX = 120;

const TYPE_NAMES: Readonly<Record<string, string>> = {
  array: "an array",
  boolean: "true or false",
  integer: "a whole number",
  null: "null",
  number: "a number",
  object: "an object",
  string: "a string",
};

const FORMAT_NAMES: Readonly<Record<string, string>> = {
  "date-time": "a date and time such as 2026-05-10T12:30:00Z",
  date: "a date such as 2026-05-10",
  duration: "an ISO 8601 duration such as PT15M",
  email: "an e-mail address",
  hostname: "a host name",
  ipv4: "an IPv4 address",
  ipv6: "an IPv6 address",
  "json-pointer": "a JSON pointer",
  regex: "a regular expression",
  time: "a time with zone such as 12:30:00Z",
  uri: "a whole URL such as https://example.com/path",
  "uri-reference": "a URL, whole or relative",
  uuid: "a UUID",
};

/** The problems that a failed keyword stands for: one, or one per missing field. */
export function describeFailure(failure: Failure): Issue[] {
  const { keyword, pointer, schema, value } = failure;
  switch (keyword) {
    case "required":
      return missing(failure, names(schema.required), "required", "is required");
    case "dependentRequired":
      return Object.entries(schema.dependentRequired ?? {}).flatMap(([given, needed]) =>
        isObject(value) && Object.hasOwn(value, given)
          ? missing(failure, names(needed), "dependent_required", `is required when ${quote(given)} is given`)
          : [],
      );
    case "not":
      return [
        Object.keys(schema.not ?? {}).length === 0 ? misplaced(failure) : issue("not", notText(schema)),
      ];
    default:
      return [issue(snakeCase(keyword), sentence(failure))];
  }

  function issue(code: string, message: string): Issue {
    return { pointer, code, message };
  }
}

function sentence({ keyword, schema, value }: Failure): string {
  const limit = schema[keyword] as unknown;
  switch (keyword) {
    case "type":
      return `must be ${typeNames(limit)}, not ${typeof value === "number" && limit === "integer" ? "a fraction" : TYPE_NAMES[typeOf(value)]}`;
    case "enum":
      return `must be one of ${list(limit)}`;
    case "const":
      return `must be ${quote(limit)}`;
    case "format":
      return `must be ${FORMAT_NAMES[String(limit)] ?? `in the format ${quote(limit)}`}`;
    case "pattern":
      return `must match the pattern ${cut(String(limit))}`;
    case "minLength":
      return limit === 1 ? "must not be empty" : `must be at least ${limit} characters long`;
    case "maxLength":
      return `must be at most ${count(limit, "character")} long`;
    case "minimum":
      return `must be at least ${limit}`;
    case "maximum":
      return `must be at most ${limit}`;
    case "exclusiveMinimum":
      return `must be more than ${limit}`;
    case "exclusiveMaximum":
      return `must be less than ${limit}`;
    case "multipleOf":
      return `must be a multiple of ${limit}`;
    case "minItems":
      return `must have at least ${count(limit, "item")}`;
    case "maxItems":
      return `must have at most ${count(limit, "item")}`;
    case "uniqueItems":
      return "must not have the same item twice";
    case "contains":
      return "must have an item of the form that the schema asks for";
    case "minContains":
      return `must have at least ${count(limit, "item")} of the form that the schema asks for`;
    case "maxContains":
      return `must have at most ${count(limit, "item")} of the form that the schema speaks of`;
    case "minProperties":
      return `must have at least ${count(limit, "field")}`;
    case "maxProperties":
      return `must have at most ${count(limit, "field")}`;
    default:
      return `does not satisfy ${quote(keyword)}`;
  }
}

/** A value where the schema says that there is to be none. */
function misplaced({ pointer, applicator, parent }: Failure): Issue {
  switch (applicator) {
    case "additionalProperties":
    case "unevaluatedProperties": {
      const known = Object.keys(parent.properties ?? {});
      const hint = known.length > 0 && known.length <= LIST_MAX ? `; there are ${list(known)}` : "";
      return { pointer, code: snakeCase(applicator), message: `is not a field of this object${hint}` };
    }
    case "items":
    case "additionalItems":
    case "unevaluatedItems":
      return { pointer, code: snakeCase(applicator), message: "is one item too many" };
    default:
      return { pointer, code: "not_allowed", message: "must not be given here" };
  }
}

/** One sentence for a choice of forms none of which fitted, out of the first problem of each. */
export function listForms(pointer: string, tried: readonly (readonly Issue[])[]): string {
  const ways = tried.flatMap(([first]) => {
    const place = first?.pointer.slice(pointer.length);
    return first ? (place ? `${cut(place)} ${first.message}` : first.message) : [];
  });
  const distinct = [...new Set(ways)];
  const shown = distinct.slice(0, 3).join("; or ");
  return `fits none of the allowed forms: ${shown}${distinct.length > 3 ? "; or …" : ""}`;
}

function missing(
  { pointer, value }: Failure,
  needed: readonly string[],
  code: string,
  message: string,
): Issue[] {
  return needed
    .filter((name) => isObject(value) && !Object.hasOwn(value, name))
    .map((name) => ({ pointer: appendPointer(pointer, name), code, message }));
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}

function notText({ not }: Schema): string {
  const excluded = not?.enum ?? (not?.const === undefined ? undefined : [not.const]);
  if (excluded) {
    return `must not be ${list(excluded)}`;
  }
  return not?.required
    ? `must not have ${list(not.required)} here`
    : "must not have the form that the schema excludes";
}

function typeOf(value: unknown): string {
  if (value === null) {
    return "null";
  }
  return Array.isArray(value) ? "array" : typeof value;
}

function typeNames(type: unknown): string {
  const all = (Array.isArray(type) ? type : [type]).map((name) => TYPE_NAMES[String(name)] ?? quote(name));
  return all.join(" or ");
}

function list(values: unknown): string {
  const all: unknown[] = Array.isArray(values) ? values : [values];
  const shown = all.slice(0, LIST_MAX).map(quote).join(", ");
  return all.length > LIST_MAX ? `${shown} …` : shown;
}

function quote(value: unknown): string {
  return cut(JSON.stringify(value) ?? "");
}

function count(number: unknown, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function cut(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
}

function snakeCase(keyword: string): string {
  return keyword.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
