export { decideDelivery, explainDelivery } from "./decide-delivery.ts";
export { type ChatFacts, endOf, gatherFacts } from "./gather-facts.ts";
export { CAP_WINDOW_MS } from "./limits.ts";
export { timeZonesOf } from "./time-zones.ts";
