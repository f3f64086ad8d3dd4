import type { BridgeCall } from "./bridge-call.ts";
import { commerceCalls } from "./commerce.calls.ts";
import { escalationCalls } from "./escalations.calls.ts";
import { messageCalls } from "./messages.calls.ts";
import { obligationCalls } from "./obligations.calls.ts";
import { paymentCalls } from "./payments.calls.ts";
import { scheduleCalls } from "./schedule.calls.ts";

/** Every bridge call there is. What stands here is mounted, described and walked by the tests. */
export const BRIDGE_CALLS: readonly BridgeCall[] = [
  ...messageCalls,
  ...paymentCalls,
  ...commerceCalls,
  ...escalationCalls,
  ...obligationCalls,
  ...scheduleCalls,
];
