export { recordBridgeCall, recordCall, recordDelivery, recordUsage } from "./record-call.ts";
