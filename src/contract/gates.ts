import { z } from "zod";

/** Where a call can be refused, in the order in which the gates stand. */
export const GATES = [
  "installation",
  "instance_grant",
  "tool_grant",
  "permission",
  "recipient",
  "policy",
  "rate_limit",
  "approval",
  "connection",
] as const;

export const Gate = z.enum(GATES);
export type Gate = z.infer<typeof Gate>;
