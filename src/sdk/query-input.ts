/** The input of a `GET` tool: query parameters are text, and the tool's schema says what they stand for. */
import type { Issue } from "../kernel/errors.ts";
import type { CompiledSchema } from "../kernel/json-schema.ts";

type JsonObject = { readonly [property: string]: unknown };

/**
 * Replaces each text that the schema refuses by the JSON that it holds (`3`, `true`, `["a"]`), where the schema
 * takes that type. What the schema takes as text stays text, so an order number `0041` keeps its zeros.
 */
export function decodeQueryInput(texts: JsonObject, schema: CompiledSchema): JsonObject {
  const issues = schema.validate(texts);
  const parsed = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, hasIssue(issues, name) ? jsonOr(text) : text]),
  );
  const stillIssues = schema.validate(parsed).filter((issue) => issue.code === "type");
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]) => [name, hasIssue(stillIssues, name) ? texts[name] : value]),
  );
}

function hasIssue(issues: readonly Issue[], name: string): boolean {
  const pointer = `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return issues.some((issue) => issue.pointer === pointer);
}

function jsonOr(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return text;
  }
}
