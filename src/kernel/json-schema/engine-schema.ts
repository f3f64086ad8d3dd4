/**
 * A schema document in the one form that is handed to @cfworker/json-schema: 2020-12, assertions only, every
 * `$ref` a plain pointer into the root's `$defs`. The engine follows `id` and unknown keywords as though they
 * were schemas, mixes the dialects and writes marks into what it gets; none of that reaches a tenant's schema.
 */
import { format as engineFormats, type Schema } from "@cfworker/json-schema";
import { isRefAlone, keywordRule } from "./dialects.ts";
import { isObject } from "./json-pointer.ts";
import type { SchemaGraph, SchemaObject } from "./schema-node.ts";

/** Counts the schemas that the engine enters; throws when there is nothing left. */
export type StepBudget = { left: number };

/** Raised inside the engine when a value takes more steps than it may. */
export class StepsUsedUp extends Error {}

export type EngineSchema = {
  readonly root: Schema;
  /** Whether any schema in it says `uniqueItems`, which the engine checks in quadratic time. */
  readonly hasUniqueItems: boolean;
};

/** Builds the engine's form of a document whose graph has no issues. Recurses as deep as the schemas nest. */
export function toEngineSchema(
  rootSchema: SchemaObject,
  graph: SchemaGraph,
  budget: StepBudget,
): EngineSchema {
  // The engine has no limit of its own, and a recursive schema with two branches doubles the work per level. It
  // reads every keyword of every schema it enters, so a keyword that counts when it is read makes a limit.
  const counting = Object.defineProperty(Object.create(null) as Schema, "$recursiveAnchor", {
    get() {
      budget.left -= 1;
      if (budget.left < 0) {
        throw new StepsUsedUp();
      }
      return undefined;
    },
  });
  const build: Build = {
    graph,
    counting,
    built: new Map(),
    definitions: new Map([[rootSchema, "#"]]),
    pending: [],
    hasUniqueItems: false,
  };
  const root = buildSchema(build, rootSchema);
  const $defs = emptyMap();
  for (let target = build.pending.pop(); target !== undefined; target = build.pending.pop()) {
    const name = String(build.definitions.get(target)).slice("#/$defs/".length);
    $defs[name] = build.built.get(target) ?? buildSchema(build, target);
  }
  root["$defs"] = $defs;
  return { root, hasUniqueItems: build.hasUniqueItems };
}

type Build = {
  readonly graph: SchemaGraph;
  readonly counting: Schema;
  readonly built: Map<SchemaObject, Schema>;
  /** The reference that leads to a schema. */
  readonly definitions: Map<SchemaObject, string>;
  /** Targets of references that `$defs` does not hold yet. */
  readonly pending: SchemaObject[];
  hasUniqueItems: boolean;
};

function buildAny(build: Build, schema: unknown): Schema {
  if (isObject(schema)) {
    return buildSchema(build, schema);
  }
  const engine = Object.create(build.counting) as Schema;
  if (schema === false) {
    // The engine loses the place of a failed `false`; this says the same and keeps it.
    Object.assign(engine, { not: true });
  }
  return engine;
}

function buildSchema(build: Build, schema: SchemaObject): Schema {
  const engine = Object.create(build.counting) as Schema;
  build.built.set(schema, engine);
  const { dialect } = build.graph;
  const target = build.graph.nodes.get(schema)?.target;
  if (target !== undefined) {
    engine["$ref"] = referenceTo(build, target);
    if (isRefAlone(dialect)) {
      return engine;
    }
  }
  for (const [keyword, value] of Object.entries(schema)) {
    const rule = keywordRule(keyword, dialect);
    if (rule === undefined || keyword === "definitions" || keyword === "$defs") {
      continue;
    }
    if (keyword === "dependencies") {
      copyDependencies(build, engine, value);
    } else if (rule.shape === "value") {
      copyAssertion(build, engine, schema, keyword, value);
    } else if (rule.shape === "schemaMap") {
      mergeInto(engine, keyword, buildMap(build, value));
    } else if (Array.isArray(value)) {
      engine[keyword] = value.map((inner) => buildAny(build, inner));
    } else {
      engine[keyword] = buildAny(build, value);
    }
  }
  return engine;
}

function referenceTo(build: Build, target: SchemaObject | boolean): string {
  const holder = isObject(target) ? target : target ? ALWAYS : NEVER;
  const known = build.definitions.get(holder);
  if (known !== undefined) {
    return known;
  }
  const reference = `#/$defs/${build.definitions.size}`;
  build.definitions.set(holder, reference);
  build.pending.push(holder);
  return reference;
}

/** What stands for a boolean schema that a reference leads to. */
const ALWAYS: SchemaObject = {};
const NEVER: SchemaObject = { not: {} };

function copyAssertion(
  build: Build,
  engine: Schema,
  schema: SchemaObject,
  keyword: string,
  value: unknown,
): void {
  if (keyword === "format") {
    copyFormat(engine, value);
  } else if (build.graph.dialect === "draft-04" && isLimit(keyword)) {
    copyDraft4Limit(engine, schema, keyword, value);
  } else if (keyword === "dependentRequired") {
    mergeInto(engine, keyword, Object.entries(isObject(value) ? value : {}));
  } else {
    engine[keyword] = value;
    build.hasUniqueItems ||= keyword === "uniqueItems" && value === true;
  }
}

function copyFormat(engine: Schema, value: unknown): void {
  // Not a standard format, and the engine's expression for it backtracks without bound.
  const name = value === "url" ? "uri" : value;
  if (typeof name === "string" && Object.hasOwn(engineFormats, name)) {
    engine["format"] = name;
  }
}

function isLimit(keyword: string): boolean {
  return ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].includes(keyword);
}

/** In draft 4 an exclusive limit is a flag beside the limit. */
function copyDraft4Limit(engine: Schema, schema: SchemaObject, keyword: string, value: unknown): void {
  if (typeof value === "number") {
    const exclusive = keyword === "minimum" ? "exclusiveMinimum" : "exclusiveMaximum";
    engine[schema[exclusive] === true ? exclusive : keyword] = value;
  }
}

/** The older keyword for what became `dependentRequired` and `dependentSchemas`. */
function copyDependencies(build: Build, engine: Schema, value: unknown): void {
  if (!isObject(value)) {
    return;
  }
  const entries = Object.entries(value);
  const schemas = entries.filter(([, inner]) => !Array.isArray(inner));
  mergeInto(
    engine,
    "dependentRequired",
    entries.filter(([, inner]) => Array.isArray(inner)),
  );
  mergeInto(engine, "dependentSchemas", buildMap(build, Object.fromEntries(schemas)));
}

function buildMap(build: Build, value: unknown): [string, Schema][] {
  return Object.entries(isObject(value) ? value : {}).map(([key, inner]) => [key, buildAny(build, inner)]);
}

/** Adds to a keyword's map, which two keywords of an older dialect may both fill. */
function mergeInto(engine: Schema, keyword: string, entries: Iterable<[string, unknown]>): void {
  const map = (engine[keyword] as Record<string, unknown> | undefined) ?? emptyMap();
  for (const [key, value] of entries) {
    map[key] = value;
  }
  engine[keyword] = map;
}

/** Without a prototype, so that a property called `__proto__` is one like any other. */
function emptyMap(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}
