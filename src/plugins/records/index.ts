export { recordCall, recordUsage } from "./record-call.ts";
