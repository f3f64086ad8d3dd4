export { recordBridgeCall, recordCall, recordUsage } from "./record-call.ts";
