export { createPluginContext, platformContextOf, rememberPlatformContext } from "./create-context.ts";
export { NOTE_MAX_CHARACTERS } from "./limits.ts";
