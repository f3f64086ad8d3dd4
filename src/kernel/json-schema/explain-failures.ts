/**
 * Turns the engine's report into problems that somebody can act on. The engine names a failed keyword and then
 * everything above it that failed along with it; only the ends of these chains are told, and a choice of forms is
 * told as one problem unless it is plain which form was meant.
 */
import type { OutputUnit, Schema } from "@cfworker/json-schema";
import type { Issue } from "../errors.ts";
import { appendPointer, childAt, isObject } from "./json-pointer.ts";
import { describeFailure, type Failure, listForms } from "./sentences.ts";

/** More than anybody reads at once. */
const ISSUES_MAX = 100;

/** Keywords that fail only because of something below them. */
const CARRIERS: ReadonlySet<string> = new Set([
  "$ref",
  "allOf",
  "if",
  "properties",
  "patternProperties",
  "additionalProperties",
  "unevaluatedProperties",
  "dependentSchemas",
  "items",
  "prefixItems",
  "additionalItems",
  "unevaluatedItems",
]);

/** Keywords that are told as one problem, whatever failed below them. */
const WHOLES: ReadonlySet<string> = new Set(["anyOf", "oneOf", "contains", "propertyNames"]);

/** At most `ISSUES_MAX` issues, the last of them saying how many were left out. */
export function capIssues(issues: readonly Issue[]): readonly Issue[] {
  if (issues.length <= ISSUES_MAX) {
    return issues;
  }
  const more = issues.length - ISSUES_MAX + 1;
  const rest = { pointer: "", code: "more_problems", message: `has ${more} more problems` };
  return [...issues.slice(0, ISSUES_MAX - 1), rest];
}

/** The problems behind the engine's units, each once, in the engine's order. */
export function explainFailures(
  units: readonly OutputUnit[],
  root: Schema,
  value: unknown,
): readonly Issue[] {
  const issues = explain(withoutContained(units), { root, value });
  const mistyped = new Set(issues.filter(({ code }) => code === "type").map(({ pointer }) => pointer));
  const told = new Set<string>();
  const distinct = issues.filter(({ pointer, code, message }) => {
    // A value of the wrong type is none of the right values either.
    const isEcho = mistyped.has(pointer) && (code === "enum" || code === "const");
    const mark = JSON.stringify([pointer, code, message]);
    return !isEcho && !told.has(mark) && told.add(mark);
  });
  return capIssues(distinct);
}

type Subject = { readonly root: Schema; readonly value: unknown };

function explain(units: readonly OutputUnit[], subject: Subject): Issue[] {
  const issues: Issue[] = [];
  let skipped = 0;
  for (const [index, unit] of units.entries()) {
    if (skipped > 0) {
      skipped -= 1;
    } else if (WHOLES.has(unit.keyword)) {
      const below = unitsBelow(units, index);
      skipped = below.length;
      issues.push(...explainWhole(unit, below, subject));
    } else if (!CARRIERS.has(unit.keyword)) {
      issues.push(...describe(unit, subject));
    }
  }
  return issues;
}

function explainWhole(unit: OutputUnit, below: readonly OutputUnit[], subject: Subject): Issue[] {
  switch (unit.keyword) {
    case "contains":
      return describe(unit, subject);
    case "propertyNames":
      return explainName(below, subject);
    default:
      return explainChoice(unit, below, subject);
  }
}

/** Drops why single items are not what an array should contain: it is the array that has too few of them. */
function withoutContained(units: readonly OutputUnit[]): readonly OutputUnit[] {
  const prefixes = units
    .filter(({ keyword }) => keyword === "minContains")
    .map(({ keywordLocation }) => `${keywordLocation.slice(0, -"minContains".length)}contains/`);
  return units.filter(
    ({ keywordLocation }) => !prefixes.some((prefix) => keywordLocation.startsWith(prefix)),
  );
}

/** The following units that lie below this one's keyword. */
function unitsBelow(units: readonly OutputUnit[], index: number): readonly OutputUnit[] {
  const prefix = `${units[index]?.keywordLocation}/`;
  let end = index + 1;
  while (units[end]?.keywordLocation.startsWith(prefix)) {
    end += 1;
  }
  return units.slice(index + 1, end);
}

function describe(unit: OutputUnit, subject: Subject): Issue[] {
  return describeFailure(read(unit, subject));
}

/** A property's name failed: one problem at the property, whatever is wrong with the name. */
function explainName(units: readonly OutputUnit[], subject: Subject): Issue[] {
  const [first] = explain(units, subject);
  return first
    ? [
        {
          pointer: first.pointer,
          code: "property_names",
          message: `has a name that is not allowed: it ${first.message}`,
        },
      ]
    : [];
}

/** None or too many of several forms fitted. */
function explainChoice(unit: OutputUnit, units: readonly OutputUnit[], subject: Subject): Issue[] {
  const { pointer, schema, keyword } = read(unit, subject);
  const branches = new Map<number, OutputUnit[]>();
  for (const failed of units) {
    const index = Number.parseInt(failed.keywordLocation.slice(unit.keywordLocation.length + 1), 10);
    const branch = branches.get(index);
    if (branch) {
      branch.push(failed);
    } else {
      branches.set(index, [failed]);
    }
  }
  const forms = schema[keyword] as unknown[];
  const code = keyword === "anyOf" ? "any_of" : "one_of";
  if (branches.size < forms.length) {
    return [{ pointer, code, message: "fits more than one of the allowed forms; exactly one has to fit" }];
  }
  const meant = [...branches.values()].filter((branch) => !isOtherForm(branch, unit.instanceLocation));
  const [only] = meant;
  if (only && meant.length === 1) {
    return explain(only, subject);
  }
  const tried = [...branches.values()].map((branch) => explain(branch, subject));
  return [{ pointer, code, message: listForms(pointer, tried) }];
}

/** Whether a form failed in a way that shows it was not meant: another type, or another value of a discriminator. */
function isOtherForm(branch: readonly OutputUnit[], here: string): boolean {
  return branch.some(
    ({ keyword, instanceLocation }) =>
      (instanceLocation === here && ["type", "enum", "const"].includes(keyword)) ||
      (keyword === "const" && instanceLocation.slice(0, instanceLocation.lastIndexOf("/")) === here),
  );
}

function read(unit: OutputUnit, { root, value }: Subject): Failure {
  const valueKeys = keysOf(unit.instanceLocation);
  const schemaKeys = keysOf(unit.keywordLocation).slice(0, -1);
  return {
    keyword: unit.keyword,
    pointer: valueKeys.reduce(appendPointer, ""),
    value: valueKeys.reduce(childAt, value),
    schema: schemaAt(root, schemaKeys),
    applicator: schemaKeys.at(-2) === "properties" ? "properties" : (schemaKeys.at(-1) ?? ""),
    parent: schemaAt(root, schemaKeys.slice(0, -1)),
  };
}

/** The keys of the engine's locations, which are pointers in the form of URI fragments. */
function keysOf(location: string): string[] {
  return location
    .split("/")
    .slice(1)
    .map((key) => decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Follows the engine's way through the schema, references included. */
function schemaAt(root: Schema, keys: readonly string[]): Schema {
  let at: unknown = root;
  for (const key of keys) {
    at = childAt(at, key);
    if (key === "$ref" && typeof at === "string") {
      at = keysOf(at).reduce(childAt, root);
    }
  }
  return isObject(at) ? (at as Schema) : {};
}
