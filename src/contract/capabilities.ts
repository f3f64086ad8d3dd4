import type { ManifestTool } from "./manifest.ts";

/** Tools that the platform itself calls. A tool claims one by `metadata.capability`; the agent never sees it. */
const CAPABILITIES = [
  "obligations.list_due",
  "obligations.record_event",
  "payments.event",
  "orders.event",
  "messages.event",
] as const;

export type Capability = (typeof CAPABILITIES)[number];

/** Whether the value is a capability's name. */
export function isCapability(value: unknown): value is Capability {
  return (CAPABILITIES as readonly unknown[]).includes(value);
}

/** The capabilities whose family (the word before the dot) the value claims; empty for names of the plugin's own. */
export function capabilitiesLike(value: string): readonly Capability[] {
  const family = `${value.split(".", 1)[0]}.`;
  return value.includes(".") ? CAPABILITIES.filter((capability) => capability.startsWith(family)) : [];
}

/** The capability that a tool serves; undefined for a tool that agents call. */
export function capabilityOf(tool: Pick<ManifestTool, "metadata">): Capability | undefined {
  const capability = tool.metadata?.["capability"];
  return isCapability(capability) ? capability : undefined;
}
