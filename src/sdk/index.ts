export type { DueObligation } from "../contract/due-obligation.ts";
export type { Manifest as PluginManifest, ManifestTool as PluginTool } from "../contract/manifest.ts";
export {
  type Bridge,
  type BridgeClientOptions,
  type BridgeRequest,
  type CallBridge,
  createBridgeClient,
  type ScheduleQuery,
} from "./bridge.ts";
export { BridgeError } from "./bridge-error.ts";
export { createPlugin, type Plugin, type PluginOptions } from "./create-plugin.ts";
export {
  defineManifest,
  type ToolContext,
  type ToolHandler,
  type ToolHandlers,
} from "./manifest.ts";
export { PluginError, type PluginErrorOptions } from "./plugin-error.ts";
export type { PluginSecret, PluginSecretSource } from "./plugin-secret.ts";
export type { Refusal, RefusalCode, TokenProblem } from "./refusal.ts";
