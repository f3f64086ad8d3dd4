import { type Capability, isCapability } from "../../contract/capabilities.ts";
import type { ManifestTool } from "../../contract/manifest.ts";

/** The capability that a tool serves; undefined for a tool that agents call. */
export function capabilityOf(tool: Pick<ManifestTool, "metadata">): Capability | undefined {
  const capability = tool.metadata?.["capability"];
  return isCapability(capability) ? capability : undefined;
}
