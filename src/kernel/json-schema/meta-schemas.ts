/**
 * What each dialect asks of the form of a schema. The published meta-schemas of 2019-09 and 2020-12 are spread
 * over vocabularies and joined by `$dynamicRef`; these are the same rules in one document each, all written in
 * 2020-12. What a keyword refers to and whether a pattern is sound is checked elsewhere.
 */
import { type CompiledSchema, compileSchema, type JsonSchema } from "../json-schema.ts";
import { type Dialect, isSince } from "./dialects.ts";

const SCHEMA = { $ref: "#" };
const SCHEMAS = { type: "array", items: SCHEMA, minItems: 1 };
const SCHEMA_MAP = { type: "object", additionalProperties: SCHEMA };
const SCHEMA_OR_SCHEMAS = choose({ type: "array" }, SCHEMAS, SCHEMA);
const STRING = { type: "string" };
const BOOLEAN = { type: "boolean" };
const NUMBER = { type: "number" };
const COUNT = { type: "integer", minimum: 0 };
const NAMES = { type: "array", items: STRING, uniqueItems: true };
const SOME_NAMES = { ...NAMES, minItems: 1 };
const NAMES_MAP = { type: "object", additionalProperties: NAMES };
const TYPE = { enum: ["array", "boolean", "integer", "null", "number", "object", "string"] };

function choose(condition: JsonSchema, fits: JsonSchema, fitsNot: JsonSchema) {
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema; nobody awaits this object.
  return { if: condition, then: fits, else: fitsNot };
}

function namesOrSchemaMap(names: JsonSchema): JsonSchema {
  return { type: "object", additionalProperties: choose({ type: "array" }, names, SCHEMA) };
}

/** The keywords of draft 4, which all dialects have kept, some with other rules. */
const DRAFT_04: Readonly<Record<string, JsonSchema>> = {
  id: STRING,
  $schema: STRING,
  $ref: STRING,
  title: STRING,
  description: STRING,
  multipleOf: { type: "number", exclusiveMinimum: 0 },
  maximum: NUMBER,
  exclusiveMaximum: BOOLEAN,
  minimum: NUMBER,
  exclusiveMinimum: BOOLEAN,
  maxLength: COUNT,
  minLength: COUNT,
  pattern: STRING,
  additionalItems: { if: BOOLEAN, else: SCHEMA },
  items: SCHEMA_OR_SCHEMAS,
  maxItems: COUNT,
  minItems: COUNT,
  uniqueItems: BOOLEAN,
  maxProperties: COUNT,
  minProperties: COUNT,
  required: SOME_NAMES,
  additionalProperties: { if: BOOLEAN, else: SCHEMA },
  definitions: SCHEMA_MAP,
  properties: SCHEMA_MAP,
  patternProperties: SCHEMA_MAP,
  dependencies: namesOrSchemaMap(SOME_NAMES),
  // Values that are there twice do no harm, and looking for them among thousands is slow.
  enum: { type: "array", minItems: 1 },
  type: choose({ type: "array" }, { items: TYPE, minItems: 1, uniqueItems: true }, TYPE),
  format: STRING,
  allOf: SCHEMAS,
  anyOf: SCHEMAS,
  oneOf: SCHEMAS,
  not: SCHEMA,
};

const { id: _, ...KEPT_AFTER_DRAFT_04 } = DRAFT_04;

const DRAFT_06: Readonly<Record<string, JsonSchema>> = {
  ...KEPT_AFTER_DRAFT_04,
  $id: STRING,
  examples: { type: "array" },
  exclusiveMaximum: NUMBER,
  exclusiveMinimum: NUMBER,
  additionalItems: SCHEMA,
  contains: SCHEMA,
  required: NAMES,
  additionalProperties: SCHEMA,
  dependencies: namesOrSchemaMap(NAMES),
  propertyNames: SCHEMA,
};

const DRAFT_07: Readonly<Record<string, JsonSchema>> = {
  ...DRAFT_06,
  $comment: STRING,
  readOnly: BOOLEAN,
  writeOnly: BOOLEAN,
  enum: { type: "array" },
  ...choose(SCHEMA, SCHEMA, SCHEMA),
  contentMediaType: STRING,
  contentEncoding: STRING,
};

const DRAFT_2019_09: Readonly<Record<string, JsonSchema>> = {
  ...DRAFT_07,
  $id: { type: "string", pattern: "^[^#]*#?$" },
  $anchor: { type: "string", pattern: "^[A-Za-z][-A-Za-z0-9.:_]*$" },
  $defs: SCHEMA_MAP,
  deprecated: BOOLEAN,
  contentSchema: SCHEMA,
  dependentRequired: NAMES_MAP,
  dependentSchemas: SCHEMA_MAP,
  maxContains: COUNT,
  minContains: COUNT,
  unevaluatedItems: SCHEMA,
  unevaluatedProperties: SCHEMA,
};

const { additionalItems: _gone, ...KEPT_AFTER_2019_09 } = DRAFT_2019_09;

const DRAFT_2020_12: Readonly<Record<string, JsonSchema>> = {
  ...KEPT_AFTER_2019_09,
  $anchor: { type: "string", pattern: "^[A-Za-z_][-A-Za-z0-9._]*$" },
  items: SCHEMA,
  prefixItems: SCHEMAS,
};

const KEYWORDS: Readonly<Record<Dialect, Readonly<Record<string, JsonSchema>>>> = {
  "draft-04": DRAFT_04,
  "draft-06": DRAFT_06,
  "draft-07": DRAFT_07,
  "2019-09": DRAFT_2019_09,
  "2020-12": DRAFT_2020_12,
};

/** The rules of a dialect, as a schema for schemas. */
function metaSchema(dialect: Dialect): JsonSchema {
  return {
    type: isSince(dialect, "draft-06") ? ["object", "boolean"] : "object",
    properties: KEYWORDS[dialect],
    // In draft 4 an exclusive limit is a flag on the limit.
    ...(dialect === "draft-04" && {
      dependentRequired: { exclusiveMaximum: ["maximum"], exclusiveMinimum: ["minimum"] },
    }),
  };
}

const compiled = new Map<Dialect, CompiledSchema>();

/** The validator of a dialect's schemas, built at first use. For schemas whose size and depth are bounded. */
export function metaValidator(dialect: Dialect): CompiledSchema {
  let validator = compiled.get(dialect);
  if (validator === undefined) {
    const unbounded = { valueMaxDepth: Number.POSITIVE_INFINITY, uniqueItemsMax: Number.POSITIVE_INFINITY };
    validator = compileSchema(metaSchema(dialect), unbounded);
    compiled.set(dialect, validator);
  }
  return validator;
}
