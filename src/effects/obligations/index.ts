export { readDuties } from "./calendar-parts.ts";
export { cancelObligation } from "./cancel-obligation.ts";
export { presentRequested } from "./present.ts";
export { findOwnObligation, planObligation, requestObligation } from "./request-obligation.ts";
export { SEALED_OBLIGATION_COLUMNS } from "./sealed.ts";
