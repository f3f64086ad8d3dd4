import { describeReceipt } from "./describe-receipt.ts";
import { type ReceiptRow, readContent } from "./receipt-row.ts";
import type { Receipt } from "./schemas.ts";

/** A receipt as the API shows it. */
export function presentReceipt(row: ReceiptRow): Receipt {
  const content = readContent(row);
  const { kind, amount, currency, orderReference } = content;
  return {
    id: row.id,
    number: row.number,
    kind,
    paymentId: row.paymentId,
    refundId: row.refundId,
    amount,
    currency,
    orderReference,
    text: describeReceipt(content),
    sends: row.sends,
    sendState: row.sendState,
    sendError: row.sendError,
    sentAt: row.sentAt === null ? null : new Date(row.sentAt).toISOString(),
    createdAt: new Date(row.createdAt).toISOString(),
  };
}
