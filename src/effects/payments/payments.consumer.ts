import type { Ctx } from "../../access/context.ts";
import type { WorkMessage, WorkType } from "../../contract/work.ts";
import { checkPayment } from "./check-payment.ts";
import { checkRefund } from "./check-refund.ts";
import { type FollowUps, followUpPayment, followUpRefund } from "./follow-up.ts";
import { deliverSandboxCallback } from "./sandbox/deliver-sandbox-callback.ts";

type Work = (call: { ctx: Ctx; input: Pick<WorkMessage, "organizationId" | "id"> }) => Promise<void>;

/** What each message of the `work` queue about payments does. `followUps`: what other features do when one ends. */
export function paymentWork(followUps: FollowUps) {
  return {
    "payment.check": checkPayment,
    "payment.settled": (call) => followUpPayment({ ...call, followUps: followUps.payment }),
    "refund.check": checkRefund,
    "refund.settled": (call) => followUpRefund({ ...call, followUps: followUps.refund }),
    "sandbox.callback": deliverSandboxCallback,
  } satisfies Partial<Record<WorkType, Work>>;
}
