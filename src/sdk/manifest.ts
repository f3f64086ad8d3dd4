/** A manifest as a plugin's code holds it, and what TypeScript can learn from its schemas. */
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import type { Manifest as PluginManifest, ManifestTool as PluginTool } from "../contract/manifest.ts";
import type { ToolCallContext } from "../contract/tool-call.ts";
import type { CallBridge } from "./bridge.ts";

/**
 * Hands the manifest back with its literal types, so that `createPlugin` can type each tool's input; the same as
 * `as const satisfies PluginManifest`. Types cannot say every rule of a manifest: `kivuko validate` checks them all.
 */
export function defineManifest<const Manifest extends PluginManifest>(manifest: Manifest): Manifest {
  return manifest;
}

/** `default` only describes: nobody fills it in on the way, so a property with one may still be missing. */
type Options = { keepDefaultedPropertiesOptional: true };

/** The type that a schema describes, or `Otherwise` where the schema's literal types are not known. */
type TypeOf<Schema, Otherwise> = string extends keyof Schema
  ? Otherwise
  : Schema extends JSONSchema
    ? KnownOr<FromSchema<Schema, Options>, Otherwise>
    : Otherwise;
type KnownOr<Type, Otherwise> = unknown extends Type ? Otherwise : Type;
type AnyObject = { readonly [property: string]: unknown };

/**
 * What a tool gets beside its input: the seed's context, with `config` typed by the `configurationSchema`, and the
 * platform's bridges in the name of this call.
 */
export type ToolContext<Manifest extends PluginManifest = PluginManifest> = Omit<
  ToolCallContext,
  "config"
> & {
  readonly config: Manifest extends { readonly configurationSchema: infer Schema }
    ? TypeOf<Schema, AnyObject>
    : AnyObject;
  readonly bridge: CallBridge;
};

/** A tool of the manifest, by name. */
type ToolNamed<Manifest extends PluginManifest, Name> = Extract<
  Manifest["tools"][number],
  { readonly name: Name }
>;

/** What a tool answers: whatever fits its `outputSchema`, or anything when it has none. */
type OutputOf<Tool> = Tool extends { readonly outputSchema: infer Schema }
  ? TypeOf<Schema, unknown>
  : unknown;

/** What runs a tool. What it returns is the answer, as JSON; a `PluginError` that it throws is a refusal. */
export type ToolHandler<Manifest extends PluginManifest, Tool extends PluginTool> = (
  input: TypeOf<Tool["inputSchema"], AnyObject>,
  context: ToolContext<Manifest>,
) => OutputOf<Tool> | Promise<OutputOf<Tool>>;

/**
 * One function per tool of the manifest. A call may come twice (a retry after a lost answer): `context.callId`
 * is the same then, so a tool that must not act twice remembers it.
 */
export type ToolHandlers<Manifest extends PluginManifest> = {
  readonly [Name in Manifest["tools"][number]["name"]]: ToolHandler<Manifest, ToolNamed<Manifest, Name>>;
};
