export {
  DYNAMIC_TOOLS,
  definePlugin,
  type FirstPartyPlugin,
  type FirstPartyTool,
  findToolProblem,
  slugOf,
} from "./define-plugin.ts";
export { readGrantable } from "./grantable.ts";
export {
  ApprovalRequired,
  PermissionRefused,
  type PluginCache,
  type PluginContext,
  type PluginData,
  type PluginEvents,
  type PluginJobs,
  PluginLimitError,
  type PluginRequest,
  type PluginRoom,
  type PluginUsers,
} from "./plugin-context.ts";
export { findFirstPartyPlugin, registerFirstPartyPlugins } from "./registry.ts";
export { toManifest, toManifestTool } from "./to-manifest.ts";
