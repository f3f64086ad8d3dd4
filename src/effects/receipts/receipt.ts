/** What a receipt says, as it was when it was issued: kept with it, so that it never changes afterwards. */

export type ReceiptItem = { readonly name: string; readonly quantity: number; readonly unitAmount: number };

export type ReceiptLogo = { readonly contentType: "image/png" | "image/jpeg"; readonly base64: string };

export type ReceiptBusiness = {
  readonly name: string;
  /** Address, telephone, whatever the business puts on its papers. */
  readonly lines: readonly string[];
  readonly taxNumber: string | null;
  readonly logo: ReceiptLogo | null;
  readonly thanks: string | null;
};

/** Amounts in minor units of `currency`. */
export type ReceiptContent = {
  readonly kind: "payment" | "refund";
  readonly number: string;
  /** Epoch ms, shown in `timeZone` (IANA). */
  readonly issuedAt: number;
  readonly timeZone: string;
  readonly business: ReceiptBusiness;
  readonly amount: number;
  readonly currency: string;
  readonly items: readonly ReceiptItem[];
  readonly orderReference: string;
  readonly description: string;
  /** As people know it, such as "M-Pesa". */
  readonly provider: string;
  readonly providerReference: string | null;
  readonly paymentId: string;
  /** Of a refund: the number of the receipt that it gives back money of. */
  readonly refundOf: string | null;
  readonly payer: string;
  /** The free-form details as the JSON text that came in. */
  readonly orderDetails: string | null;
};
