export { runToolLoop } from "./run-tool-loop.ts";
