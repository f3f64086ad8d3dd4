/**
 * Which fields a JSON Schema marks as sensitive: `format: "password"`, `writeOnly: true` or `x-sensitive: true`,
 * found through properties, items, local references and combinators. A mark in any branch counts, since which
 * branch a value takes is not worth the time: too much is hidden rather than too little.
 */

import { appendPointer, childAt, isObject, pointerKeys } from "./json-schema/json-pointer.ts";
import type { JsonSchema } from "./json-schema.ts";
import { judgeName } from "./redact-names.ts";

type SchemaObject = { readonly [key: string]: unknown };

/** One place in the data, as all the schemas see it that apply there. */
export type SchemaPlace = {
  readonly isSensitive: boolean;
  /** The named properties, and the place of any other (`undefined`: nothing is said about it). */
  readonly properties: ReadonlyMap<string, readonly SchemaObject[]>;
  readonly otherProperties: readonly SchemaObject[];
  readonly everyProperty: readonly SchemaObject[];
  readonly items: readonly SchemaObject[];
  readonly types: ReadonlySet<unknown>;
  readonly tree: SchemaTree;
};

/** A schema and the places that were looked at so far. Places are shared, so that a recursive schema stays finite. */
type SchemaTree = {
  readonly root: SchemaObject;
  readonly places: Map<string, SchemaPlace>;
  readonly numbers: Map<SchemaObject, number>;
};

/** Combinators and references may multiply. What lies beyond these bounds is hidden rather than looked at. */
const MOST_SCHEMAS_AT_A_PLACE = 500;
const MOST_PLACES = 2_000;

const markedRoots = new WeakMap<SchemaObject, { readonly place: SchemaPlace | undefined }>();

/** The place of a whole value, or `undefined` when the schema marks nothing at all. Remembered by schema object. */
export function markedPlace(schema: JsonSchema | undefined): SchemaPlace | undefined {
  if (!isObject(schema)) {
    return undefined;
  }
  let known = markedRoots.get(schema);
  if (known === undefined) {
    known = { place: hasMark(schema) ? rootPlace(schema) : undefined };
    markedRoots.set(schema, known);
  }
  return known.place;
}

const isMarked = (schema: SchemaObject) =>
  schema["format"] === "password" || schema["writeOnly"] === true || schema["x-sensitive"] === true;

function hasMark(schema: SchemaObject): boolean {
  const waiting: unknown[] = [schema];
  const seen = new Set<unknown>();
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === "object" && value !== null && !seen.has(value)) {
      seen.add(value);
      if (isObject(value) && isMarked(value)) {
        return true;
      }
      waiting.push(...Object.values(value));
    }
  }
  return false;
}

const rootPlace = (root: SchemaObject) => placeOf([root], { root, places: new Map(), numbers: new Map() });

/** The place of the property, or `undefined` when no schema says anything about it. */
export function propertyPlace(place: SchemaPlace, name: string): SchemaPlace | undefined {
  const schemas = [...(place.properties.get(name) ?? place.otherProperties), ...place.everyProperty];
  return schemas.length === 0 ? undefined : placeOf(schemas, place.tree);
}

/** The place of an array's elements, all alike. */
export function itemsPlace(place: SchemaPlace): SchemaPlace | undefined {
  return place.items.length === 0 ? undefined : placeOf(place.items, place.tree);
}

function placeOf(schemas: readonly SchemaObject[], tree: SchemaTree): SchemaPlace {
  const key = schemas.map((schema) => numberOf(schema, tree)).join(" ");
  let place = tree.places.get(key);
  if (place === undefined) {
    if (tree.places.size >= MOST_PLACES) {
      return { ...lookAt([], tree), isSensitive: true };
    }
    place = lookAt(schemas, tree);
    tree.places.set(key, place);
  }
  return place;
}

function numberOf(schema: SchemaObject, { numbers }: SchemaTree): number {
  const number = numbers.get(schema) ?? numbers.size;
  numbers.set(schema, number);
  return number;
}

function lookAt(schemas: readonly SchemaObject[], tree: SchemaTree): SchemaPlace {
  const properties = new Map<string, SchemaObject[]>();
  const otherProperties: SchemaObject[] = [];
  const everyProperty: SchemaObject[] = [];
  const items: SchemaObject[] = [];
  const types = new Set<unknown>();
  let isSensitive = false;

  const applying = new Set(schemas);
  for (const schema of applying) {
    isSensitive ||= isMarked(schema);
    for (const type of [schema["type"]].flat()) {
      types.add(type);
    }
    for (const [name, property] of entriesOf(schema["properties"])) {
      properties.set(name, [...(properties.get(name) ?? []), property]);
    }
    // Patterns are a tenant's: running them here could take for ever, so each is taken to match.
    everyProperty.push(...entriesOf(schema["patternProperties"]).map(([, property]) => property));
    otherProperties.push(...schemasIn(schema["additionalProperties"], schema["unevaluatedProperties"]));
    items.push(
      ...schemasIn(schema["items"], schema["prefixItems"], schema["additionalItems"]),
      ...schemasIn(schema["unevaluatedItems"], schema["contains"]),
    );
    const alongside = [
      ...schemasIn(schema["allOf"], schema["anyOf"], schema["oneOf"]),
      ...schemasIn(schema["if"], schema["then"], schema["else"], referenced(schema["$ref"], tree.root)),
      ...[...entriesOf(schema["dependentSchemas"]), ...entriesOf(schema["dependencies"])].map(
        ([, one]) => one,
      ),
    ];
    if (applying.size > MOST_SCHEMAS_AT_A_PLACE) {
      isSensitive = true;
      break;
    }
    for (const one of alongside) {
      applying.add(one);
    }
  }
  return { isSensitive, properties, otherProperties, everyProperty, items, types, tree };
}

/** The schemas among values that may be a schema, a list of schemas or anything else. */
const schemasIn = (...values: readonly unknown[]): SchemaObject[] => values.flat().filter(isObject);

function entriesOf(value: unknown): [string, SchemaObject][] {
  return isObject(value)
    ? Object.entries(value).filter((entry): entry is [string, SchemaObject] => isObject(entry[1]))
    : [];
}

/** What a local reference names: a pointer into the root, or an anchor or id of one of its definitions. */
function referenced(reference: unknown, root: SchemaObject): unknown {
  if (typeof reference !== "string") {
    return undefined;
  }
  if (reference === "#" || reference.startsWith("#/")) {
    return pointerKeys(decodedFragment(reference)).reduce<unknown>(childAt, root);
  }
  return [...entriesOf(root["$defs"]), ...entriesOf(root["definitions"])].find(
    ([, { $anchor, $id, id }]) => reference === `#${$anchor}` || reference === $id || reference === id,
  )?.[1];
}

function decodedFragment(reference: string): string {
  try {
    return decodeURIComponent(reference);
  } catch {
    return reference;
  }
}

/** A schema whose references multiply has more places than data will: from here on whole objects are masked. */
const MOST_VISITS = 1_000;

/**
 * JSON pointers (RFC 6901) to the sensitive fields of an object with this schema: those it marks, and those whose
 * names name a secret. Where a list, or an object with names that the schema does not know, may hold one, the
 * pointer is that of the whole list or object; the empty pointer is the whole value.
 */
export function maskedSchemaFields(schema: JsonSchema): readonly string[] {
  const fields: string[] = [];
  let visits = 0;
  const visit = (place: SchemaPlace, pointer: string, ancestors: readonly SchemaPlace[]) => {
    visits += 1;
    if (place.isSensitive || holdsUnnamed(place)) {
      fields.push(pointer);
      return;
    }
    for (const name of place.properties.keys()) {
      const field = appendPointer(pointer, name);
      const property = propertyPlace(place, name);
      if (property === undefined) {
        continue;
      }
      const mayVisit = visits < MOST_VISITS && !ancestors.includes(property);
      if (isSecretByName(name, property) || (!mayVisit && holdsSensitive(property))) {
        fields.push(field);
      } else if (mayVisit) {
        visit(property, field, [...ancestors, property]);
      }
    }
  };
  if (isObject(schema)) {
    const root = rootPlace(schema);
    visit(root, "", [root]);
  }
  return fields;
}

const TEXT_OR_NUMBER = ["string", "number", "integer", "object", "array", undefined];
const TEXT = ["string", "object", "array", undefined];

/** By its name and by what it can be: `hasPassword: boolean` and `maxTokens: integer` are no secrets. */
function isSecretByName(name: string, { types }: SchemaPlace): boolean {
  const verdict = judgeName(name);
  const telling = verdict === "secret" ? TEXT_OR_NUMBER : verdict === "secret_text" ? TEXT : [];
  return telling.some((type) => types.has(type));
}

/** Whether something sensitive may stand where no pointer of property names leads. */
function holdsUnnamed(place: SchemaPlace): boolean {
  return unnamedPlaces(place).some(holdsSensitive);
}

function unnamedPlaces(place: SchemaPlace): readonly SchemaPlace[] {
  return [place.items, place.otherProperties, place.everyProperty]
    .filter((schemas) => schemas.length > 0)
    .map((schemas) => placeOf(schemas, place.tree));
}

function holdsSensitive(top: SchemaPlace): boolean {
  const places = new Set([top]);
  for (const place of places) {
    if (place.isSensitive) {
      return true;
    }
    for (const beneath of unnamedPlaces(place)) {
      places.add(beneath);
    }
    for (const name of place.properties.keys()) {
      const property = propertyPlace(place, name);
      if (property !== undefined && isSecretByName(name, property)) {
        return true;
      }
      places.add(property ?? place);
    }
  }
  return false;
}
