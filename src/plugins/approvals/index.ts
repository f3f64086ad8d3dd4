export { requestApproval } from "./request-approval.ts";
export { SEALED_APPROVAL_COLUMNS } from "./sealed.ts";
