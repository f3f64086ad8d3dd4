export { offeredTools } from "./offered-tools.ts";
export { runToolLoop } from "./run-tool-loop.ts";
