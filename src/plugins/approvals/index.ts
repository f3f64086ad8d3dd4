export { requestApproval } from "./request-approval.ts";
