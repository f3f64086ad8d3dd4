import type { Manifest, ManifestTool } from "../../contract/manifest.ts";
import { type FirstPartyPlugin, type FirstPartyTool, slugOf } from "./define-plugin.ts";

/** A first-party plugin in the shape of a manifest, so that review, grants and catalog read one form. */
export function toManifest(plugin: FirstPartyPlugin): Manifest {
  return {
    slug: slugOf(plugin),
    version: plugin.version,
    name: plugin.name,
    description: plugin.description,
    // Never called: a first-party tool runs in this Worker.
    baseUrl: "https://in-process.invalid",
    auth: { type: "none" },
    permissions: (plugin.permissions ?? []).map((key) => ({
      key,
      label: key,
      description: `The plugin may use ${key}.`,
    })),
    tools: plugin.tools.map(toManifestTool),
  };
}

/** One tool of it. */
export function toManifestTool(tool: FirstPartyTool): ManifestTool {
  return {
    name: tool.name,
    description: tool.description,
    inputSchema: tool.parameters,
    ...(tool.sideEffects !== undefined && { sideEffects: tool.sideEffects }),
    ...(tool.sensitive !== undefined && { sensitive: tool.sensitive }),
    ...(tool.usage !== undefined && { usage: tool.usage }),
  };
}
