/**
 * How far checking goes on without going into the value: through `$ref`, `allOf` and the other keywords whose
 * schemas look at the same value. In a circle it would go on for ever, in a long chain to the end of the stack.
 */
import type { Issue } from "../errors.ts";
import { type Dialect, isRefAlone, subSchemas } from "./dialects.ts";
import { appendPointer, isObject } from "./json-pointer.ts";
import type { SchemaGraph, SchemaNode, SchemaObject } from "./schema-node.ts";

/** Schemas one after the other for one value; with the deepest value, as many as the stack holds. */
const CHAIN_MAX = 64;

type Neighbours = ReadonlyMap<SchemaNode, readonly SchemaNode[]>;

/** Finds `schema_ref_loop` and chains that are too long (`schema_too_deep`). Does not recurse. */
export function checkSteps({ nodes, dialect }: Pick<SchemaGraph, "nodes" | "dialect">): Issue[] {
  const next = new Map<SchemaNode, SchemaNode[]>();
  const previous = new Map<SchemaNode, SchemaNode[]>();
  for (const node of nodes.values()) {
    const followers = inPlace(node, dialect).flatMap((schema) => nodes.get(schema) ?? []);
    next.set(node, followers);
    for (const follower of followers) {
      const leaders = previous.get(follower);
      if (leaders) {
        leaders.push(node);
      } else {
        previous.set(follower, [node]);
      }
    }
  }
  const alive = new Set(nodes.values());
  const fromTheEnd = peel(alive, next, previous);
  peel(alive, previous, next);
  return [...findLoops(alive, nodes), ...findChains(fromTheEnd, next)];
}

/** References between schemas that are on a circle. */
function findLoops(circling: ReadonlySet<SchemaNode>, nodes: ReadonlyMap<SchemaObject, SchemaNode>): Issue[] {
  return [...circling].flatMap((node) => {
    const target = isObject(node.target) ? nodes.get(node.target) : undefined;
    return target && circling.has(target)
      ? {
          pointer: appendPointer(node.pointer, "$ref"),
          code: "schema_ref_loop",
          message: "leads back to itself without going into the value, so that checking would never end",
        }
      : [];
  });
}

function findChains(fromTheEnd: readonly SchemaNode[], next: Neighbours): Issue[] {
  const lengths = new Map<SchemaNode, number>();
  for (const node of fromTheEnd) {
    const followers = next.get(node) ?? [];
    lengths.set(node, 1 + Math.max(0, ...followers.map((follower) => lengths.get(follower) ?? 0)));
  }
  return [...lengths]
    .filter(([, length]) => length === CHAIN_MAX + 1)
    .map(([{ pointer }]) => ({
      pointer,
      code: "schema_too_deep",
      message: `leads through more than ${CHAIN_MAX} schemas for one and the same value`,
    }));
}

/**
 * Takes away every node without a living neighbour ahead, until there is none: what stays leads into a circle.
 * Returns what was taken, in that order.
 */
function peel(alive: Set<SchemaNode>, ahead: Neighbours, behind: Neighbours): SchemaNode[] {
  const left = new Map<SchemaNode, number>();
  for (const node of alive) {
    left.set(node, (ahead.get(node) ?? []).filter((neighbour) => alive.has(neighbour)).length);
  }
  const taken = [...alive].filter((node) => left.get(node) === 0);
  for (const node of taken) {
    alive.delete(node);
    for (const neighbour of behind.get(node) ?? []) {
      const count = (left.get(neighbour) ?? 0) - 1;
      left.set(neighbour, count);
      if (count === 0 && alive.has(neighbour)) {
        taken.push(neighbour);
      }
    }
  }
  return taken;
}

/** The schemas that are put to the same value as this one. */
function inPlace({ schema, target }: SchemaNode, dialect: Dialect): SchemaObject[] {
  const referred = isObject(target) ? [target] : [];
  if (typeof schema["$ref"] === "string" && isRefAlone(dialect)) {
    return referred;
  }
  const inner = [...subSchemas(schema, dialect)].filter(({ rule }) => rule.isInPlace);
  return [...referred, ...inner.map((sub) => sub.schema).filter(isObject)];
}
