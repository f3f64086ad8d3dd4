export { emitEvent } from "./emit-event.ts";
export { paymentEvent, refundEvent } from "./payment-events.ts";
export { type Happening, planEvents } from "./plan-events.ts";
