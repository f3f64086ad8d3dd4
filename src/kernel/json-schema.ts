/**
 * JSON Schema for schemas that we do not write: drafts 4, 6, 7, 2019-09 and 2020-12, interpreted, since the
 * platform that this runs on compiles no code. Schemas come in through `json-schema/check-schema.ts`.
 */
import { Validator } from "@cfworker/json-schema";
import type { Issue } from "./errors.ts";
import { dialectOf } from "./json-schema/dialects.ts";
import { type StepBudget, StepsUsedUp, toEngineSchema } from "./json-schema/engine-schema.ts";
import { explainFailures } from "./json-schema/explain-failures.ts";
import { inspectValue } from "./json-schema/inspect-value.ts";
import { isObject } from "./json-schema/json-pointer.ts";
import { readSchemaGraph } from "./json-schema/schema-graph.ts";

export type JsonSchema = boolean | { readonly [key: string]: unknown };

export type CompiledSchema = {
  /** Every problem of the value, none when it is valid. Never throws. */
  validate(value: unknown): readonly Issue[];
};

/** The engine's recursion per level of data is long; real inputs have a handful of levels. */
const VALUE_MAX_DEPTH = 64;
/** The engine compares every item with every other one: a thousand are a million comparisons. */
const UNIQUE_ITEMS_MAX = 1_000;
/** Schemas entered while one value is checked, about half a second's worth. */
const STEPS_MAX = 500_000;

export type CompileOptions = {
  /** For schemas of our own that never look deep into what they check. */
  readonly valueMaxDepth?: number;
  /** For values whose size is bounded otherwise. */
  readonly uniqueItemsMax?: number;
};

/**
 * Prepares a schema for checking many values. A schema that cannot be used (unknown dialect, a reference that
 * leads nowhere) finds the problem `schema_unusable` in every value; `checkSchema` says what is wrong with it.
 */
export function compileSchema(schema: JsonSchema, options: CompileOptions = {}): CompiledSchema {
  const { valueMaxDepth = VALUE_MAX_DEPTH, uniqueItemsMax = UNIQUE_ITEMS_MAX } = options;
  const budget: StepBudget = { left: 0 };
  const engine = prepare(schema, budget);
  if (engine === undefined) {
    const issues = [unusable("cannot be checked, because the schema for it cannot be used")];
    return { validate: () => issues };
  }
  const { validator, root, hasUniqueItems } = engine;
  const limits = {
    maxDepth: valueMaxDepth,
    maxItems: hasUniqueItems ? uniqueItemsMax : Number.POSITIVE_INFINITY,
  };
  return {
    validate(value) {
      const obstacle = inspectValue(value, limits);
      if (obstacle) {
        return [obstacle];
      }
      budget.left = STEPS_MAX;
      try {
        const { valid, errors } = validator.validate(value);
        return valid ? [] : explainFailures(errors, root, value);
      } catch (error) {
        return [failure(error)];
      }
    },
  };
}

function prepare(schema: JsonSchema, budget: StepBudget) {
  const rootSchema = isObject(schema) ? schema : schema ? {} : { not: {} };
  const dialect = dialectOf(rootSchema["$schema"]);
  const graph = dialect && readSchemaGraph(rootSchema, dialect, "");
  if (graph === undefined || graph.issues.length > 0) {
    return undefined;
  }
  const { root, hasUniqueItems } = toEngineSchema(rootSchema, graph, budget);
  return { validator: new Validator(root, "2020-12", false), root, hasUniqueItems };
}

function failure(error: unknown): Issue {
  // A RangeError is the end of the stack: the engine recurses, and hands its failures on as arguments.
  if (error instanceof StepsUsedUp || error instanceof RangeError) {
    const message = "is too large or has too many problems to be checked against its schema";
    return { pointer: "", code: "too_complex", message };
  }
  // Only a schema that was never checked gets here.
  return unusable("could not be checked against its schema");
}

function unusable(message: string): Issue {
  return { pointer: "", code: "schema_unusable", message };
}
