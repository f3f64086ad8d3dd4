export { openApprovers } from "./approvers.ts";
export { openCredentials } from "./credentials.ts";
export { findInstance, type InstanceRow } from "./find-instance.ts";
export { normalizePhoneNumber } from "./phone-number.ts";
export { SEALED_INSTANCE_COLUMNS } from "./sealed.ts";
