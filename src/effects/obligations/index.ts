export { presentRequested } from "./present.ts";
export {
  cancelObligation,
  findOwnObligation,
  planObligation,
  requestObligation,
} from "./request-obligation.ts";
