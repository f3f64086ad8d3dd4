import { describe, expect, it } from "vitest";
import { checkSchema } from "../../src/kernel/json-schema/check-schema.ts";

const BASE = "/tools/0/inputSchema";

function problems(schema: unknown): string[] {
  return checkSchema(schema, BASE).map(({ pointer, code }) => `${pointer.replace(BASE, "")} ${code}`);
}

const SCHEMA_URIS = [
  "http://json-schema.org/draft-04/schema#",
  "http://json-schema.org/draft-06/schema#",
  "http://json-schema.org/draft-07/schema#",
  "https://json-schema.org/draft/2019-09/schema",
  "https://json-schema.org/draft/2020-12/schema",
];

function nested(levels: number): object {
  let schema: object = { type: "string" };
  for (let level = 1; level < levels; level++) {
    schema = { properties: { child: schema } };
  }
  return schema;
}

const OFFENCES: readonly [what: string, schema: unknown, found: string[]][] = [
  ["a schema that is no object", "string", [" schema_invalid"]],
  [
    "a type that does not exist",
    { properties: { a: { type: "strin" } } },
    ["/properties/a/type schema_invalid"],
  ],
  ["a count below nothing", { minLength: -1 }, ["/minLength schema_invalid"]],
  ["properties that are no schemas", { properties: { a: 1 } }, ["/properties/a schema_invalid"]],
  ["names twice in `required`", { required: ["a", "a"] }, ["/required schema_invalid"]],
  ["a list of items in 2020-12", { items: [{}] }, ["/items schema_invalid"]],
  ["an empty choice", { anyOf: [] }, ["/anyOf schema_invalid"]],
  ["an unknown dialect", { $schema: "https://example.com/mine" }, ["/$schema schema_dialect_unsupported"]],
  ["a dialect that is no text", { $schema: 7 }, ["/$schema schema_dialect_unsupported"]],
  [
    "another dialect inside",
    { properties: { a: { $schema: SCHEMA_URIS[0] } } },
    ["/properties/a/$schema schema_dialect_unsupported"],
  ],
  [
    "a remote reference",
    { items: { $ref: "https://example.com/s.json" } },
    ["/items/$ref schema_ref_remote"],
  ],
  ["a relative reference", { $ref: "other.json#/a" }, ["/$ref schema_ref_remote"]],
  ["a reference that leads nowhere", { $ref: "#/$defs/a" }, ["/$ref schema_ref_unresolved"]],
  ["an anchor that is not there", { $ref: "#here" }, ["/$ref schema_ref_unresolved"]],
  ["a reference to what is no schema", { $ref: "#/title", title: "a" }, ["/$ref schema_ref_unresolved"]],
  ["a reference into JavaScript", { $ref: "#/constructor" }, ["/$ref schema_ref_unresolved"]],
  ["a broken escape", { $ref: "#/%zz" }, ["/$ref schema_ref_unresolved"]],
  ["a reference to itself", { $ref: "#" }, ["/$ref schema_ref_loop"]],
  [
    "references in a circle",
    { $defs: { a: { $ref: "#/$defs/b" }, b: { allOf: [{ $ref: "#/$defs/a" }] } } },
    ["/$defs/a/$ref schema_ref_loop", "/$defs/b/allOf/0/$ref schema_ref_loop"],
  ],
  ["a circle through `if`", { if: { $ref: "#" }, else: {} }, ["/if/$ref schema_ref_loop"]],
  ["`$dynamicRef`", { $dynamicRef: "#a" }, ["/$dynamicRef schema_keyword_unsupported"]],
  ["`$recursiveRef`", { items: { $recursiveRef: "#" } }, ["/items/$recursiveRef schema_keyword_unsupported"]],
  ["`$vocabulary`", { $vocabulary: {} }, ["/$vocabulary schema_keyword_unsupported"]],
  ["a pattern that is none", { pattern: "(" }, ["/pattern pattern_invalid"]],
  ["a pattern that runs away", { items: { pattern: "^(a+)+$" } }, ["/items/pattern pattern_unsafe"]],
  [
    "a property pattern that runs away",
    { patternProperties: { "/(a|a)*~$": {} } },
    ["/patternProperties/~1(a|a)*~0$ pattern_unsafe"],
  ],
  [
    "a pattern where only a reference leads",
    { $ref: "#/x/y", x: { y: { pattern: "(a+)+$" } } },
    ["/x/y/pattern pattern_unsafe"],
  ],
  ["33 schemas in one another", nested(33), [`${"/properties/child".repeat(32)} schema_too_deep`]],
  ["more than 64 KiB", { description: "ä".repeat(33_000) }, [" schema_too_large"]],
  [
    "several at once",
    { type: 1, properties: { a: { $ref: "x" }, b: { pattern: "[" } } },
    ["/type schema_invalid", "/properties/a/$ref schema_ref_remote", "/properties/b/pattern pattern_invalid"],
  ],
];

describe("checkSchema", () => {
  it.each(OFFENCES)("[MANIFEST-05] finds %s", (_, schema, found) => {
    expect(problems(schema)).toEqual(found);
  });

  it.each([
    ["a boolean", true],
    ["nothing", {}],
    ["32 schemas in one another", nested(32)],
    ["recursion into the value", { properties: { child: { $ref: "#" } }, items: { $ref: "#" } }],
    [
      "a diamond of references",
      { allOf: [{ $ref: "#/$defs/a" }, { $ref: "#/$defs/a" }], $defs: { a: true } },
    ],
    ["keywords of nobody's", { "x-order": 1, "x-ui": { $ref: "http://example.com", pattern: "(" } }],
    [
      "what looks like a schema inside data",
      { default: { $ref: "x", type: 1 }, enum: [{ pattern: "(" }], const: { $ref: "" } },
    ],
    ["properties named like keywords", { properties: { $ref: { type: "string" }, pattern: {}, $id: {} } }],
    ["many values", { enum: Array.from({ length: 3_000 }, (_, index) => index) }],
  ])("accepts %s", (_, schema) => {
    expect(problems(schema)).toEqual([]);
  });

  it.each(SCHEMA_URIS)("accepts %s, with and without the empty fragment", ($schema) => {
    for (const uri of [$schema, $schema.replace("#", ""), $schema.replace(/^https?/, "https")]) {
      expect(problems({ $schema: uri, type: "object", properties: { a: { enum: [1] } } })).toEqual([]);
      expect(problems({ $schema: uri, type: "strin" })).toEqual(["/type schema_invalid"]);
    }
  });

  it("[MANIFEST-05] holds each dialect to its own rules", () => {
    const [draft4, draft6, draft7, draft2019] = SCHEMA_URIS;
    expect(problems({ $schema: draft4, minimum: 1, exclusiveMinimum: true, items: [{}] })).toEqual([]);
    expect(problems({ $schema: draft4, exclusiveMinimum: true })).toEqual(["/minimum schema_invalid"]);
    expect(problems({ $schema: draft4, properties: { a: true } })).toEqual(["/properties/a schema_invalid"]);
    expect(problems({ $schema: draft6, exclusiveMinimum: true })).toEqual([
      "/exclusiveMinimum schema_invalid",
    ]);
    expect(problems({ $schema: draft7, if: 1 })).toEqual(["/if schema_invalid"]);
    expect(problems({ $schema: draft7, items: [{ pattern: "(" }] })).toEqual([
      "/items/0/pattern pattern_invalid",
    ]);
    expect(problems({ $schema: draft7, definitions: { a: { $id: "#a" } }, $ref: "#a" })).toEqual([]);
    expect(problems({ $schema: draft2019, $defs: { a: { $anchor: "a" } }, $ref: "#a" })).toEqual([]);
  });

  it("[MANIFEST-06] survives 20,000 levels of anything", () => {
    for (const [open, close] of [
      ['{"not":', "}"],
      ['{"default":', "}"],
      ['{"allOf":[', "]}"],
      ["[", "]"],
    ]) {
      const text = `{"items":${open?.repeat(20_000)}{}${close?.repeat(20_000)}}`;
      const [issue] = checkSchema(JSON.parse(text), BASE);
      expect(issue?.code).toBe("schema_too_deep");
      expect(issue?.pointer.startsWith(`${BASE}/items`)).toBe(true);
    }
  });

  it("[MANIFEST-06] refuses a chain of references that is longer than 64", () => {
    function chain(links: number): object {
      const defs = Array.from({ length: links }, (_, n) => [`d${n}`, { $ref: `#/$defs/d${n + 1}` }]);
      return {
        properties: { a: { $ref: "#/$defs/d0" } },
        $defs: { ...Object.fromEntries(defs), [`d${links}`]: {} },
      };
    }
    expect(problems(chain(62))).toEqual([]);
    expect(problems(chain(63))).toEqual(["/properties/a schema_too_deep"]);
    expect(problems(chain(2_000))).toEqual(["/$defs/d1936 schema_too_deep"]);
  });

  it("says which rule of which dialect is broken", () => {
    expect(checkSchema({ type: "strin" }, "")[0]?.message).toBe(
      'must be one of "array", "boolean", "integer", "null", "number", "object", "string" (JSON Schema 2020-12)',
    );
  });
});
