/** What has to be known of a value before the engine, which recurses into it, may see it. */
import type { Issue } from "../errors.ts";
import { appendPointer } from "./json-pointer.ts";

export type ValueLimits = {
  /** Levels of arrays and objects inside one another. */
  readonly maxDepth: number;
  /** Items of one array. */
  readonly maxItems: number;
};

/**
 * The first reason not to check the value: it is deeper than may be (`too_deep`), an array is longer than may be
 * (`too_many_items`), or something in it is no JSON (`not_json`). Undefined when there is none. Does not recurse.
 */
export function inspectValue(value: unknown, limits: ValueLimits): Issue | undefined {
  const open: { value: unknown; pointer: string; depth: number }[] = [{ value, pointer: "", depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: inner, pointer, depth } = next;
    if (typeof inner !== "object" || inner === null) {
      if (!isJsonScalar(inner)) {
        return { pointer, code: "not_json", message: "must be a JSON value" };
      }
      continue;
    }
    if (depth >= limits.maxDepth) {
      const message = `is nested deeper than ${limits.maxDepth} levels`;
      return { pointer, code: "too_deep", message };
    }
    if (Array.isArray(inner) && inner.length > limits.maxItems) {
      const message = `must have at most ${limits.maxItems} items to be checked for repeated ones`;
      return { pointer, code: "too_many_items", message };
    }
    for (const [key, child] of Object.entries(inner)) {
      open.push({ value: child as unknown, pointer: appendPointer(pointer, key), depth: depth + 1 });
    }
  }
  return undefined;
}

function isJsonScalar(value: unknown): boolean {
  return (
    value === null ||
    typeof value === "string" ||
    typeof value === "boolean" ||
    (typeof value === "number" && Number.isFinite(value))
  );
}
