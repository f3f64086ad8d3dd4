/** What has to hold for a schema that somebody else wrote before it may check anything. */
import { SCHEMA_MAX_BYTES } from "../../contract/manifest.ts";
import { utf8 } from "../encoding.ts";
import type { Issue } from "../errors.ts";
import { checkPattern } from "./check-pattern.ts";
import { DIALECTS, type Dialect, dialectOf } from "./dialects.ts";
import { capIssues } from "./explain-failures.ts";
import { inspectValue } from "./inspect-value.ts";
import { appendPointer, isObject } from "./json-pointer.ts";
import { metaValidator } from "./meta-schemas.ts";
import { newPatternWork, type PatternWork } from "./pattern-work.ts";
import { readSchemaGraph } from "./schema-graph.ts";
import type { SchemaGraph } from "./schema-node.ts";

/** Levels of JSON, examples and defaults included: several times what the deepest allowed schema needs. */
const JSON_MAX_DEPTH = 128;

/**
 * Every problem of a schema, each with `basePointer` before its own: the pointer of the schema in the document
 * that it comes from. Give the same `work` for all schemas of one document to bound what they cost together.
 *
 * Codes: `schema_invalid` (breaks its dialect's rules), `schema_dialect_unsupported`, `schema_too_deep`,
 * `schema_too_large`, `schema_ref_remote`, `schema_ref_unresolved`, `schema_ref_loop`,
 * `schema_keyword_unsupported`, `pattern_invalid`, `pattern_unsafe`.
 */
export function checkSchema(
  schema: unknown,
  basePointer: string,
  work: PatternWork = newPatternWork(),
): readonly Issue[] {
  if (typeof schema === "boolean") {
    return [];
  }
  if (!isObject(schema)) {
    return [
      {
        pointer: basePointer,
        code: "schema_invalid",
        message: "must be a JSON Schema: an object, true or false",
      },
    ];
  }
  const obstacle = inspectValue(schema, { maxDepth: JSON_MAX_DEPTH, maxItems: Number.POSITIVE_INFINITY });
  if (obstacle) {
    const code = obstacle.code === "too_deep" ? "schema_too_deep" : "schema_invalid";
    return [{ ...obstacle, pointer: basePointer + obstacle.pointer, code }];
  }
  const bytes = utf8(JSON.stringify(schema)).byteLength;
  if (bytes > SCHEMA_MAX_BYTES) {
    const message = `is ${bytes} bytes of JSON; at most ${SCHEMA_MAX_BYTES} are allowed`;
    return [{ pointer: basePointer, code: "schema_too_large", message }];
  }
  const dialect = dialectOf(schema["$schema"]);
  if (dialect === undefined) {
    const pointer = appendPointer(basePointer, "$schema");
    const message = `must name one of the dialects ${DIALECTS.join(", ")} by its URI, or be left out for 2020-12`;
    return [{ pointer, code: "schema_dialect_unsupported", message }];
  }
  return capIssues(checkInDialect(schema, dialect, basePointer, work));
}

function checkInDialect(
  schema: { readonly [keyword: string]: unknown },
  dialect: Dialect,
  basePointer: string,
  work: PatternWork,
): Issue[] {
  const graph = readSchemaGraph(schema, dialect, basePointer);
  const formal = metaValidator(dialect)
    .validate(schema)
    .map(({ pointer, message }) => ({
      pointer: basePointer + pointer,
      code: "schema_invalid",
      message: `${message} (JSON Schema ${dialect})`,
    }));
  return [...formal, ...graph.issues, ...checkPatterns(graph, work)];
}

function checkPatterns(graph: SchemaGraph, work: PatternWork): Issue[] {
  const problems = new Map<string, ReturnType<typeof checkPattern>>();
  const found = [...graph.nodes.values()].flatMap(({ schema, pointer }) => {
    const { pattern, patternProperties } = schema;
    const single =
      typeof pattern === "string" ? [{ text: pattern, pointer: appendPointer(pointer, "pattern") }] : [];
    const keys = isObject(patternProperties) ? Object.keys(patternProperties) : [];
    const map = appendPointer(pointer, "patternProperties");
    return [...single, ...keys.map((text) => ({ text, pointer: appendPointer(map, text) }))];
  });
  return found.flatMap(({ text, pointer }) => {
    if (!problems.has(text)) {
      problems.set(text, checkPattern(text, work));
    }
    const problem = problems.get(text);
    return problem ? [{ pointer, ...problem }] : [];
  });
}
