export { emitEvent } from "./emit-event.ts";
export { paymentEvent, refundEvent } from "./payment-events.ts";
