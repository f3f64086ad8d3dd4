/** The dialects of JSON Schema that tenants may write, and which keywords each of them knows. */

/** From the oldest to the newest: the order is used. */
export const DIALECTS = ["draft-04", "draft-06", "draft-07", "2019-09", "2020-12"] as const;
export type Dialect = (typeof DIALECTS)[number];

const DIALECT_BY_URI: ReadonlyMap<string, Dialect> = new Map([
  ["json-schema.org/draft-04/schema", "draft-04"],
  ["json-schema.org/draft-06/schema", "draft-06"],
  ["json-schema.org/draft-07/schema", "draft-07"],
  ["json-schema.org/draft/2019-09/schema", "2019-09"],
  ["json-schema.org/draft/2020-12/schema", "2020-12"],
]);

/** The dialect that a `$schema` value names, with or without the empty fragment; 2020-12 when there is none. */
export function dialectOf($schema: unknown): Dialect | undefined {
  if ($schema === undefined) {
    return "2020-12";
  }
  return typeof $schema === "string"
    ? DIALECT_BY_URI.get($schema.replace(/^https?:\/\//, "").replace(/#$/, ""))
    : undefined;
}

/** Whether the dialect is that one or newer. */
export function isSince(dialect: Dialect, first: Dialect): boolean {
  return DIALECTS.indexOf(dialect) >= DIALECTS.indexOf(first);
}

/** Up to draft 7, `$ref` hides everything that stands beside it. */
export function isRefAlone(dialect: Dialect): boolean {
  return !isSince(dialect, "2019-09");
}

/** What a keyword's value holds. */
type KeywordShape =
  | "value" // something that asserts by itself
  | "schema"
  | "schemas" // an array of schemas
  | "schemaOrSchemas"
  | "schemaMap" // an object of schemas
  | "schemaOrNamesMap"; // an object of schemas or arrays of property names

export type KeywordRule = {
  readonly shape: KeywordShape;
  readonly since: Dialect;
  readonly until: Dialect;
  /** True for a keyword whose schemas look at the same value, not at a part of it. */
  readonly isInPlace: boolean;
};

function rules(
  since: Dialect,
  shape: KeywordShape,
  keywords: string,
  more: { until?: Dialect; isInPlace?: boolean } = {},
): [string, KeywordRule][] {
  const { until = "2020-12", isInPlace = false } = more;
  return keywords.split(" ").map((keyword) => [keyword, { shape, since, until, isInPlace }]);
}

const inPlace = { isInPlace: true };

/** Every keyword that asserts something or holds schemas; what is not here is annotation. */
const KEYWORDS: ReadonlyMap<string, KeywordRule> = new Map([
  ...rules("draft-04", "value", "type enum multipleOf minimum maximum exclusiveMinimum exclusiveMaximum"),
  ...rules("draft-04", "value", "minLength maxLength pattern format minItems maxItems uniqueItems"),
  ...rules("draft-04", "value", "minProperties maxProperties required"),
  ...rules("draft-04", "schemas", "allOf anyOf oneOf", inPlace),
  ...rules("draft-04", "schema", "not", inPlace),
  ...rules("draft-04", "schema", "additionalProperties"),
  ...rules("draft-04", "schema", "additionalItems", { until: "2019-09" }),
  ...rules("draft-04", "schemaOrSchemas", "items"),
  ...rules("draft-04", "schemaMap", "properties patternProperties definitions"),
  ...rules("draft-04", "schemaOrNamesMap", "dependencies", inPlace),
  ...rules("draft-06", "value", "const"),
  ...rules("draft-06", "schema", "contains propertyNames"),
  ...rules("draft-07", "schema", "if then else", inPlace),
  ...rules("2019-09", "value", "minContains maxContains dependentRequired"),
  ...rules("2019-09", "schema", "unevaluatedItems unevaluatedProperties"),
  ...rules("2019-09", "schemaMap", "$defs"),
  ...rules("2019-09", "schemaMap", "dependentSchemas", inPlace),
  ...rules("2020-12", "schemas", "prefixItems"),
]);

/** The rule of a keyword, when the dialect knows it. */
export function keywordRule(keyword: string, dialect: Dialect): KeywordRule | undefined {
  const rule = KEYWORDS.get(keyword);
  return rule && isSince(dialect, rule.since) && isSince(rule.until, dialect) ? rule : undefined;
}

/** One schema inside another: the keys that lead to it from the outer one, and the rule of its keyword. */
export type SubSchema = {
  readonly keys: readonly string[];
  readonly schema: unknown;
  readonly rule: KeywordRule;
};

/** The schemas directly inside a schema. Values of a wrong shape are left to the meta-schema. */
export function* subSchemas(
  schema: { readonly [keyword: string]: unknown },
  dialect: Dialect,
): Generator<SubSchema> {
  for (const [keyword, value] of Object.entries(schema)) {
    const rule = keywordRule(keyword, dialect);
    if (rule === undefined || rule.shape === "value") {
      continue;
    }
    const isList = rule.shape === "schemas" || (rule.shape === "schemaOrSchemas" && Array.isArray(value));
    const isMap = rule.shape === "schemaMap" || rule.shape === "schemaOrNamesMap";
    if (!isList && !isMap) {
      yield { keys: [keyword], schema: value, rule };
    } else if (typeof value === "object" && value !== null && Array.isArray(value) === isList) {
      for (const [key, inner] of Object.entries(value)) {
        yield { keys: [keyword, key], schema: inner as unknown, rule };
      }
    }
  }
}
