import type { Issue } from "../errors.ts";
import type { Dialect } from "./dialects.ts";

export type SchemaObject = { readonly [keyword: string]: unknown };

export type SchemaNode = {
  readonly schema: SchemaObject;
  readonly pointer: string;
  /** The schema with the `$id` that local references are relative to. */
  readonly resource: SchemaObject;
  /** Where `$ref` leads, once it is resolved. */
  target?: SchemaObject | boolean;
};

export type SchemaGraph = {
  readonly dialect: Dialect;
  readonly nodes: ReadonlyMap<SchemaObject, SchemaNode>;
  readonly issues: readonly Issue[];
};
