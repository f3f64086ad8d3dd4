import type { Manifest } from "../../contract/manifest.ts";
import { findFirstPartyPlugin } from "./registry.ts";
import { toManifest } from "./to-manifest.ts";

/**
 * The tools and permissions of an installation as they stand: a plugin's server by its stored snapshot, a
 * first-party plugin by the code of this deployment.
 */
export function readGrantable(row: {
  readonly pluginId: string;
  readonly kind: string;
  readonly manifest: string;
}): Manifest {
  const firstParty = row.kind === "first_party" ? findFirstPartyPlugin(row.pluginId) : undefined;
  return firstParty ? toManifest(firstParty) : (JSON.parse(row.manifest) as Manifest);
}
