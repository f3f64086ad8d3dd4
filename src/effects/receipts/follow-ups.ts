import type { FollowUp, PaymentRow, RefundRow } from "../payments/index.ts";
import { issueReceipt, type ReceiptSubject } from "./issue-receipt.ts";
import { sendReceiptOnce } from "./send-receipt.ts";

/** When money has moved, its receipt is issued and sent, once. */
export const paymentReceipt: FollowUp<PaymentRow> = {
  name: "receipt",
  run: ({ ctx, subject: { id, state } }) => issueAndSend(ctx, state, { kind: "payment", id }),
};

/** The same for money that went back. */
export const refundReceipt: FollowUp<RefundRow> = {
  name: "receipt",
  run: ({ ctx, subject: { id, state } }) => issueAndSend(ctx, state, { kind: "refund", id }),
};

async function issueAndSend(
  ctx: Parameters<FollowUp<PaymentRow>["run"]>[0]["ctx"],
  state: string,
  subject: ReceiptSubject,
): Promise<void> {
  const id = state === "succeeded" ? await issueReceipt({ ctx, input: subject }) : null;
  if (id !== null) {
    await sendReceiptOnce({ ctx, input: { id } });
  }
}
