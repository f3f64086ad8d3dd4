/**
 * One schema document as a graph: every schema in it, where each `$ref` leads, and what is wrong with that.
 * Walks with a list of its own instead of recursion, so that no depth can overflow the stack.
 */
import { SCHEMA_MAX_DEPTH } from "../../contract/manifest.ts";
import type { Issue } from "../errors.ts";
import { type Dialect, dialectOf, isRefAlone, isSince, subSchemas } from "./dialects.ts";
import { appendPointer, childAt, isObject, pointerKeys } from "./json-pointer.ts";
import type { SchemaGraph, SchemaNode, SchemaObject } from "./schema-node.ts";
import { checkSteps } from "./schema-steps.ts";

/** The engine resolves these wrongly or not at all; a plain `$ref` says the same in a single document. */
const UNSUPPORTED_KEYWORDS = [
  "$dynamicRef",
  "$dynamicAnchor",
  "$recursiveRef",
  "$recursiveAnchor",
  "$vocabulary",
];

type Found = { schema: SchemaObject; pointer: string; depth: number; resource: SchemaObject };

type Reading = {
  readonly dialect: Dialect;
  readonly nodes: Map<SchemaObject, SchemaNode>;
  readonly anchors: Map<SchemaObject, Map<string, SchemaObject>>;
  readonly references: SchemaNode[];
  readonly issues: Issue[];
};

/**
 * Reads the graph of a schema document; `basePointer` stands before the pointer of every issue. Codes:
 * `schema_ref_remote`, `schema_ref_unresolved`, `schema_ref_loop`, `schema_too_deep`,
 * `schema_keyword_unsupported`, `schema_dialect_unsupported` (a `$schema` inside that differs from the root's).
 */
export function readSchemaGraph(root: SchemaObject, dialect: Dialect, basePointer: string): SchemaGraph {
  const reading: Reading = { dialect, nodes: new Map(), anchors: new Map(), references: [], issues: [] };
  readSchemas(reading, { schema: root, pointer: basePointer, depth: 1, resource: root });
  // Resolving can find schemas in places that no keyword leads to, and these can hold references again.
  for (const node of reading.references) {
    resolveReference(reading, node);
  }
  reading.issues.push(...checkSteps(reading));
  return reading;
}

function readSchemas(reading: Reading, start: Found): void {
  const { dialect, nodes } = reading;
  const open = [start];
  for (let found = open.pop(); found !== undefined; found = open.pop()) {
    const { schema, pointer, depth } = found;
    if (nodes.has(schema)) {
      continue;
    }
    if (depth > SCHEMA_MAX_DEPTH) {
      reading.issues.push({
        pointer,
        code: "schema_too_deep",
        message: `is nested deeper than ${SCHEMA_MAX_DEPTH} schemas; move parts to "$defs" and refer to them`,
      });
      continue;
    }
    const resource = opensResource(schema, dialect) ? schema : found.resource;
    const node: SchemaNode = { schema, pointer, resource };
    nodes.set(schema, node);
    readIdentity(reading, node);
    // Backwards, so that what is taken from the end comes in the document's order.
    for (const { keys, schema: inner } of [...subSchemas(schema, dialect)].reverse()) {
      if (isObject(inner)) {
        open.push({
          schema: inner,
          pointer: keys.reduce(appendPointer, pointer),
          depth: depth + 1,
          resource,
        });
      }
    }
  }
}

/** Notes the schema's anchor and reference, and refuses the keywords that a single document does not need. */
function readIdentity(reading: Reading, node: SchemaNode): void {
  const { dialect, issues, anchors } = reading;
  const { schema, pointer, resource } = node;
  for (const keyword of UNSUPPORTED_KEYWORDS) {
    if (Object.hasOwn(schema, keyword)) {
      issues.push({
        pointer: appendPointer(pointer, keyword),
        code: "schema_keyword_unsupported",
        message: `"${keyword}" is not supported; use "$ref" to a schema in "$defs"`,
      });
    }
  }
  if (dialectOf(schema["$schema"]) !== dialect && schema["$schema"] !== undefined) {
    issues.push({
      pointer: appendPointer(pointer, "$schema"),
      code: "schema_dialect_unsupported",
      message: "differs from the dialect of the whole schema; name one dialect, at the top",
    });
  }
  const anchor = anchorOf(schema, dialect);
  if (anchor !== undefined) {
    const known = anchors.get(resource) ?? new Map<string, SchemaObject>();
    anchors.set(resource, known.set(anchor, schema));
  }
  if (typeof schema["$ref"] === "string") {
    reading.references.push(node);
  }
}

function resolveReference(reading: Reading, node: SchemaNode): void {
  const reference = String(node.schema["$ref"]);
  const pointer = appendPointer(node.pointer, "$ref");
  if (!reference.startsWith("#")) {
    reading.issues.push({
      pointer,
      code: "schema_ref_remote",
      message: 'leads out of this schema; copy what it names into "$defs" and write "#/$defs/<name>"',
    });
    return;
  }
  const found = findTarget(reading, node.resource, reference.slice(1));
  if (found === undefined) {
    reading.issues.push({
      pointer,
      code: "schema_ref_unresolved",
      message: `leads nowhere: there is no schema at ${cut(reference)}`,
    });
    return;
  }
  node.target = found.target;
  if (isObject(found.target) && !reading.nodes.has(found.target)) {
    readSchemas(reading, {
      schema: found.target,
      pointer: found.keys.reduce(appendPointer, reading.nodes.get(node.resource)?.pointer ?? ""),
      depth: 1,
      resource: found.resource,
    });
  }
}

type Target = { target: SchemaObject | boolean; resource: SchemaObject; keys: readonly string[] };

function findTarget(reading: Reading, from: SchemaObject, fragment: string): Target | undefined {
  const decoded = decodeFragment(fragment);
  if (decoded === undefined) {
    return undefined;
  }
  if (decoded !== "" && !decoded.startsWith("/")) {
    const target = reading.anchors.get(from)?.get(decoded);
    return target && { target, resource: from, keys: [] };
  }
  const keys = pointerKeys(decoded);
  let resource = from;
  let target: unknown = from;
  for (const key of keys) {
    target = childAt(target, key);
    if (isObject(target) && opensResource(target, reading.dialect)) {
      resource = target;
    }
  }
  return isObject(target) || typeof target === "boolean" ? { target, resource, keys } : undefined;
}

function decodeFragment(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}

function idOf(schema: SchemaObject, dialect: Dialect): string | undefined {
  const id = schema[dialect === "draft-04" ? "id" : "$id"];
  const isHidden = isRefAlone(dialect) && typeof schema["$ref"] === "string";
  return typeof id === "string" && !isHidden ? id : undefined;
}

function opensResource(schema: SchemaObject, dialect: Dialect): boolean {
  const id = idOf(schema, dialect);
  return id !== undefined && !id.startsWith("#");
}

function anchorOf(schema: SchemaObject, dialect: Dialect): string | undefined {
  if (isSince(dialect, "2019-09")) {
    const anchor = schema["$anchor"];
    return typeof anchor === "string" ? anchor : undefined;
  }
  const id = idOf(schema, dialect);
  return id?.startsWith("#") ? id.slice(1) : undefined;
}

function cut(reference: string): string {
  return reference.length > 100 ? `${reference.slice(0, 100)}…` : reference;
}
