export { presentRequested } from "./present.ts";
export {
  cancelObligation,
  findOwnObligation,
  planObligation,
  requestObligation,
} from "./request-obligation.ts";
export { SEALED_OBLIGATION_COLUMNS } from "./sealed.ts";
