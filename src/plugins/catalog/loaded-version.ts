import QuickLRU from "quick-lru";
import type { Manifest, ManifestTool } from "../../contract/manifest.ts";
import { type CompiledSchema, compileSchema } from "../../kernel/json-schema.ts";
import { VERSION_CACHE_ENTRIES } from "./limits.ts";

/** A tool with its validators, which are built at its first call and kept. */
export type LoadedTool = {
  readonly definition: ManifestTool;
  readonly input: CompiledSchema;
  readonly output: CompiledSchema | null;
};

/** A manifest in an isolate's memory. */
export type LoadedVersion = {
  readonly id: string;
  readonly manifest: Manifest;
  tool(name: string): LoadedTool | undefined;
};

const versions = new QuickLRU<string, LoadedVersion>({ maxSize: VERSION_CACHE_ENTRIES });

export function recallVersion(id: string): LoadedVersion | undefined {
  return versions.get(id);
}

export function recalledVersionIds(): string[] {
  return [...versions.keys()];
}

/** Keeps a manifest under its version's id; versions never change, so it need not be read again. */
export function keepVersion(id: string, manifest: Manifest): LoadedVersion {
  const definitions = new Map(manifest.tools.map((tool) => [tool.name, tool]));
  const loaded = new Map<string, LoadedTool>();
  const version: LoadedVersion = {
    id,
    manifest,
    tool(name) {
      const known = loaded.get(name);
      if (known) {
        return known;
      }
      const definition = definitions.get(name);
      if (definition === undefined) {
        return undefined;
      }
      const tool = {
        definition,
        input: compileSchema(definition.inputSchema),
        output: definition.outputSchema === undefined ? null : compileSchema(definition.outputSchema),
      };
      loaded.set(name, tool);
      return tool;
    },
  };
  versions.set(id, version);
  return version;
}
