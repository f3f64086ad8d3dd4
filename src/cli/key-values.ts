/** `key=value` words into JSON, with a schema to say which type a value wants. */
import type { JsonSchema } from "../kernel/json-schema.ts";
import { usageError } from "./cli-error.ts";

/**
 * An object out of `key=value` words. A value becomes a number, a boolean, an array or an object where the schema's
 * property has that type and the text reads as it; else it stays text, and the platform says what it expected.
 * Throws a usage error for a word without `=`, or a key given twice.
 */
export function parseKeyValues(
  words: readonly string[],
  schema: JsonSchema | undefined,
): Record<string, unknown> {
  const entries = new Map<string, unknown>();
  for (const word of words) {
    const at = word.indexOf("=");
    const key = word.slice(0, at);
    if (at < 1) {
      throw usageError(
        `"${at === 0 ? "=…" : word}" is not key=value.`,
        "Write it as key=value, in quotes if it holds spaces.",
      );
    }
    if (entries.has(key)) {
      throw usageError(`"${key}" is given twice.`, "Give each key once; a list is written as key='[1,2]'.");
    }
    entries.set(key, readAs(propertyOf(schema, key), word.slice(at + 1)));
  }
  return Object.fromEntries(entries);
}

/** A JSON object out of text. `where` names it in the usage error that is thrown otherwise. */
export function parseJsonObject(text: string, where: string): Record<string, unknown> {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw usageError(`${where} is not a JSON object.`, `Write it like '{"summary":"Item arrived damaged"}'.`);
  }
  return value as Record<string, unknown>;
}

/** The schema of one property of an object's schema. */
export function propertyOf(schema: JsonSchema | undefined, key: string): JsonSchema | undefined {
  const properties = asObject(asObject(schema)?.["properties"]);
  return properties && Object.hasOwn(properties, key) ? (properties[key] as JsonSchema) : undefined;
}

/** The value that a text stands for under a schema. */
export function readAs(schema: JsonSchema | undefined, text: string): unknown {
  const type = asObject(schema)?.["type"];
  const types = Array.isArray(type) ? type : [type];
  const value = parseJson(text);
  if (typeof value === "string") {
    return text; // its quotation marks are meant
  }
  return types.includes(jsonTypeOf(value)) || (types.includes("integer") && Number.isInteger(value))
    ? value
    : text;
}

function jsonTypeOf(value: unknown): string {
  if (value === null) {
    return "null";
  }
  return Array.isArray(value) ? "array" : typeof value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value if it is a JSON object. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
