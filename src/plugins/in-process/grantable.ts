import type { Manifest } from "../../contract/manifest.ts";
import { findFirstPartyPlugin } from "./registry.ts";
import { toManifest } from "./to-manifest.ts";

/** A manifest, and whether its plugin makes further tools at the moment of a turn. */
export type Grantable = Manifest & { readonly hasDynamicTools: boolean };

/**
 * The tools and permissions of an installation as they stand: a plugin's server by its stored snapshot, a
 * first-party plugin by the code of this deployment.
 */
export async function readGrantable(row: {
  readonly pluginId: string;
  readonly kind: string;
  readonly manifest: string;
}): Promise<Grantable> {
  const firstParty = row.kind === "first_party" ? await findFirstPartyPlugin(row.pluginId) : undefined;
  return {
    ...(firstParty ? toManifest(firstParty) : (JSON.parse(row.manifest) as Manifest)),
    hasDynamicTools: firstParty?.getDynamicTools !== undefined,
  };
}
