import { describe, expect, it } from "vitest";
import { compileSchema, type JsonSchema } from "../../src/kernel/json-schema.ts";

function problems(schema: JsonSchema, value: unknown): string[] {
  return compileSchema(schema)
    .validate(value)
    .map(({ pointer, code, message }) => `${pointer} [${code}] ${message}`);
}

const DRAFT_04 = "http://json-schema.org/draft-04/schema#";
const DRAFT_07 = "http://json-schema.org/draft-07/schema#";

/** One keyword, a value that breaks it, and what is said about it. */
const SENTENCES: readonly [schema: JsonSchema, value: unknown, problem: string][] = [
  [{ type: "string" }, 1, " [type] must be a string, not a number"],
  [{ type: ["array", "null"] }, {}, " [type] must be an array or null, not an object"],
  [{ type: "integer" }, 1.5, " [type] must be a whole number, not a fraction"],
  [{ enum: ["low", "normal", "high"] }, "urgent", ' [enum] must be one of "low", "normal", "high"'],
  [{ const: { a: 1 } }, { a: 2 }, ' [const] must be {"a":1}'],
  [{ minLength: 1 }, "", " [min_length] must not be empty"],
  [{ minLength: 3 }, "äö", " [min_length] must be at least 3 characters long"],
  [{ maxLength: 1 }, "ab", " [max_length] must be at most 1 character long"],
  [{ pattern: "^[a-z]+$" }, "A", " [pattern] must match the pattern ^[a-z]+$"],
  [{ format: "date" }, "10.5.2026", " [format] must be a date such as 2026-05-10"],
  [{ minimum: 1 }, 0, " [minimum] must be at least 1"],
  [{ maximum: 1 }, 2, " [maximum] must be at most 1"],
  [{ exclusiveMinimum: 1 }, 1, " [exclusive_minimum] must be more than 1"],
  [{ exclusiveMaximum: 1 }, 1, " [exclusive_maximum] must be less than 1"],
  [{ multipleOf: 0.01 }, 0.005, " [multiple_of] must be a multiple of 0.01"],
  [{ minItems: 1 }, [], " [min_items] must have at least 1 item"],
  [{ maxItems: 0 }, [1], " [max_items] must have at most 0 items"],
  [{ uniqueItems: true }, [{ a: 1 }, { a: 1 }], " [unique_items] must not have the same item twice"],
  [{ contains: { const: 1 } }, [2, 3], " [contains] must have an item of the form that the schema asks for"],
  [
    { contains: { const: 1 }, minContains: 2 },
    [1, 2, 3],
    " [min_contains] must have at least 2 items of the form that the schema asks for",
  ],
  [{ minProperties: 1 }, {}, " [min_properties] must have at least 1 field"],
  [{ maxProperties: 1 }, { a: 1, b: 2 }, " [max_properties] must have at most 1 field"],
  [{ required: ["a/b"] }, {}, "/a~1b [required] is required"],
  [
    { dependentRequired: { card: ["address"] } },
    { card: 1 },
    '/address [dependent_required] is required when "card" is given',
  ],
  [
    { properties: { a: true, b: true }, additionalProperties: false },
    { c: 1 },
    '/c [additional_properties] is not a field of this object; there are "a", "b"',
  ],
  [
    { allOf: [{ properties: { a: true } }], unevaluatedProperties: false },
    { a: 1, c: 1 },
    "/c [unevaluated_properties] is not a field of this object",
  ],
  [{ prefixItems: [true], items: false }, [1, 2], "/1 [items] is one item too many"],
  [{ properties: { a: false } }, { a: 1 }, "/a [not_allowed] must not be given here"],
  [
    { propertyNames: { pattern: "^[a-z]+$" } },
    { A: 1 },
    "/A [property_names] has a name that is not allowed: it must match the pattern ^[a-z]+$",
  ],
  [{ not: { const: 1 } }, 1, " [not] must not be 1"],
  [false, 1, " [not_allowed] must not be given here"],
  [
    { anyOf: [{ type: "string" }, { type: "null" }] },
    1,
    " [any_of] fits none of the allowed forms: must be a string, not a number; or must be null, not a number",
  ],
  [
    { oneOf: [{ minimum: 1 }, { minimum: 2 }] },
    3,
    " [one_of] fits more than one of the allowed forms; exactly one has to fit",
  ],
];

describe("compileSchema", () => {
  it.each(SENTENCES)("says of %j and %j: %s", (schema, value, problem) => {
    expect(problems(schema, value)).toEqual([problem]);
  });

  it("reports every problem, once, at its own place", () => {
    const schema = {
      type: "object",
      required: ["summary", "priority"],
      properties: {
        priority: { type: "string", enum: ["low", "normal"] },
        items: { type: "array", items: { $ref: "#/$defs/item" } },
      },
      $defs: { item: { type: "object", required: ["name"], properties: { quantity: { type: "integer" } } } },
    };
    expect(problems(schema, { priority: 3, items: [{ name: "tea" }, { quantity: "2" }, 7] })).toEqual([
      "/summary [required] is required",
      "/priority [type] must be a string, not a number",
      "/items/1/name [required] is required",
      "/items/1/quantity [type] must be a whole number, not a string",
      "/items/2 [type] must be an object, not a number",
    ]);
  });

  it("explains the form that was meant when a field tells the forms apart", () => {
    const schema = {
      oneOf: [
        { properties: { type: { const: "card" }, number: { type: "string" } }, required: ["type", "number"] },
        { properties: { type: { const: "mpesa" }, phone: { type: "string" } }, required: ["type", "phone"] },
      ],
    };
    expect(problems(schema, { type: "mpesa", phone: 7 })).toEqual([
      "/phone [type] must be a string, not a number",
    ]);
  });

  it("never repeats what the value holds", () => {
    const secret = "hunter2-hunter2";
    const said = problems(
      { properties: { key: { maxLength: 3, pattern: "^x$", enum: ["x"], const: "x" } } },
      { key: secret },
    );
    expect(said).toHaveLength(4);
    expect(said.join()).not.toContain(secret);
  });

  it.each([
    ["draft-04", { minimum: 3, exclusiveMinimum: true, $schema: DRAFT_04 }, 3, "exclusive_minimum"],
    ["draft-06", { const: 1, $schema: "http://json-schema.org/draft-06/schema" }, 2, "const"],
    ["draft-07", { if: { const: 1 }, else: { const: 2 }, $schema: DRAFT_07 }, 3, "const"],
    [
      "2019-09",
      { items: [true], additionalItems: false, $schema: "https://json-schema.org/draft/2019-09/schema" },
      [1, 2],
      "additional_items",
    ],
    [
      "2020-12",
      { prefixItems: [{ type: "string" }], $schema: "https://json-schema.org/draft/2020-12/schema" },
      [1],
      "type",
    ],
  ])("speaks %s", (_, schema, value, code) => {
    expect(
      compileSchema(schema)
        .validate(value)
        .map((issue) => issue.code),
    ).toEqual([code]);
  });

  it("lets a `$ref` hide its neighbours up to draft 7 and not after", () => {
    const schema = { $ref: "#/definitions/any", type: "string", definitions: { any: {} } };
    expect(problems({ ...schema, $schema: DRAFT_07 }, 1)).toEqual([]);
    expect(problems(schema, 1)).toHaveLength(1);
  });

  it("follows references by pointer, anchor and to schemas with an `$id` of their own", () => {
    const schema = {
      $id: "https://example.com/order",
      properties: {
        byPointer: { $ref: "#/$defs/a~1b%20c" },
        byAnchor: { $ref: "#number" },
        embedded: { $id: "part", $ref: "#/$defs/text", $defs: { text: { type: "string" } } },
        self: { $ref: "#" },
        elsewhere: { $ref: "#/x-parts/flag" },
      },
      $defs: { "a/b c": { type: "number" }, n: { $anchor: "number", type: "number" } },
      "x-parts": { flag: { type: "boolean" } },
    };
    const value = { byPointer: "", byAnchor: "", embedded: 1, self: { byAnchor: "" }, elsewhere: 1 };
    expect(
      compileSchema(schema)
        .validate(value)
        .map(({ pointer }) => pointer),
    ).toEqual(["/byPointer", "/byAnchor", "/embedded", "/self/byAnchor", "/elsewhere"]);
  });

  it("takes names out of JavaScript's own vocabulary as names", () => {
    const schema = JSON.parse(
      '{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"},"id":{"type":"string"},"$ref":{"type":"string"}},"required":["toString"],"dependencies":{"id":["__proto__x"]}}',
    ) as JsonSchema;
    const value = JSON.parse('{"__proto__":1,"constructor":1,"id":1,"$ref":1}') as unknown;
    expect(
      compileSchema(schema)
        .validate(value)
        .map(({ pointer }) => pointer),
    ).toEqual(["/toString", "/__proto__x", "/__proto__", "/constructor", "/id", "/$ref"]);
  });

  it("leaves the schema as it was, frozen or shared", () => {
    const part = Object.freeze({ type: "string" });
    const schema = Object.freeze({ properties: Object.freeze({ a: part, b: part }) });
    expect(problems(schema, { a: 1, b: 1 })).toHaveLength(2);
    expect(problems(part, 1)).toHaveLength(1);
    expect(Object.getOwnPropertyNames(part)).toEqual(["type"]);
  });

  it("ignores formats that are not standard, whatever their name", () => {
    for (const format of ["password", "constructor", "__proto__", "x-phone"]) {
      expect(problems({ format }, "hunter2")).toEqual([]);
    }
  });

  it("checks the format `url`, for which the engine has an expression that runs away, as `uri`", () => {
    const hostile = `http://${"a".repeat(5_000)}!`;
    expect(problems({ format: "url" }, "https://example.com/a")).toEqual([]);
    expect(problems({ format: "url" }, `${hostile} `)).toHaveLength(1);
  });
});

describe("compileSchema, with values and schemas that mean harm", () => {
  it("refuses data beyond 64 levels, and 20,000 all the same", () => {
    for (const levels of [65, 20_000]) {
      const value = JSON.parse("[".repeat(levels) + "]".repeat(levels)) as unknown;
      expect(problems(true, value)[0]).toContain("[too_deep]");
    }
    expect(problems(true, JSON.parse("[".repeat(64) + "]".repeat(64)))).toEqual([]);
  });

  it("gives up on a schema that doubles its work per level", () => {
    const branch = { properties: { child: { $ref: "#/$defs/node" } } };
    const schema = { $ref: "#/$defs/node", $defs: { node: { anyOf: [branch, branch] } } };
    const value = Array.from({ length: 60 }).reduce<object>((child) => ({ child }), {});
    expect(problems(schema, value)).toEqual([
      " [too_complex] is too large or has too many problems to be checked against its schema",
    ]);
  });

  it("has its whole effort for each value", () => {
    const compiled = compileSchema({ items: { type: "number" } });
    const value = Array.from({ length: 100_000 }, (_, index) => index);
    for (let round = 0; round < 8; round++) {
      expect(compiled.validate(value)).toEqual([]);
    }
  });

  it("does not compare the items of a long array with one another", () => {
    const value = Array.from({ length: 1_001 }, (_, index) => index);
    expect(problems({ uniqueItems: true }, value)[0]).toContain("[too_many_items]");
    expect(problems({ items: { type: "number" } }, value)).toEqual([]);
  });

  it("reports a hundred problems of a million", () => {
    const issues = compileSchema({ items: { type: "string" } }).validate(
      Array.from({ length: 5_000 }, () => 1),
    );
    expect(issues).toHaveLength(100);
    expect(issues[99]).toEqual({ pointer: "", code: "more_problems", message: "has 4901 more problems" });
  });

  it("gives up on more problems than the engine can carry", () => {
    const value = Array.from({ length: 200_000 }, () => 1);
    expect(problems({ properties: { list: { items: { type: "string" } } } }, { list: value })).toEqual([
      " [too_complex] is too large or has too many problems to be checked against its schema",
    ]);
  });

  it.each([
    ["undefined", undefined],
    ["a function", { a: () => 1 }],
    ["a bigint", [1n]],
    ["not a number", { a: Number.NaN }],
  ])("refuses %s, which is not JSON", (_, value) => {
    expect(problems(true, value)[0]).toContain("[not_json]");
  });

  it.each([
    ["a dialect that nobody knows", { $schema: "https://example.com/dialect" }],
    ["a reference that leads nowhere", { $ref: "#/$defs/nowhere" }],
    ["a circle", { $ref: "#" }],
    ["an enum that is no list", { enum: 5 }],
    ["a pattern that is none", { pattern: "(" }],
  ])("does not throw on %s", (_, schema) => {
    expect(
      compileSchema(schema)
        .validate("text")
        .map(({ code }) => code),
    ).toEqual(["schema_unusable"]);
  });
});
