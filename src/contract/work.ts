/** What the `work` queue carries: what to do, to which row. The row is the truth; a lost message is found again. */
import { z } from "zod";

const WORK_TYPES = [
  "payment.check",
  "payment.settled",
  "refund.check",
  "refund.settled",
  "sandbox.callback",
  "schedule.send",
  "obligations.poll",
  "obligation.act",
] as const;
export type WorkType = (typeof WORK_TYPES)[number];

export const WorkMessage = z.object({ type: z.enum(WORK_TYPES), organizationId: z.string(), id: z.string() });
export type WorkMessage = z.infer<typeof WorkMessage>;
