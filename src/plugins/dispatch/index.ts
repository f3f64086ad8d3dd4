export { callCapability } from "./call-capability.ts";
export { type Dispatched, dispatchTool } from "./dispatch-tool.ts";
export { startStageTimes } from "./stage-times.ts";
export { gatherTurnParts, type TurnParts } from "./turn-parts.ts";
