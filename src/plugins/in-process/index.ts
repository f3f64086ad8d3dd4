export { definePlugin, type FirstPartyPlugin } from "./define-plugin.ts";
export { readGrantable } from "./grantable.ts";
export { findFirstPartyPlugin, registerFirstPartyPlugins } from "./registry.ts";
export { toManifest } from "./to-manifest.ts";
