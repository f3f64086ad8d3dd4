import type { Issue } from "../../../kernel/errors.ts";
import type { Charge } from "../provider.ts";
import { mpesaNumber } from "./mpesa-number.ts";

/** M-Pesa moves Kenyan shillings only, and no cents. */
export const CENTS_PER_SHILLING = 100;

/** Safaricom's limits for one transaction since August 2023, in shillings. */
const MIN_SHILLINGS = 1;
const MAX_SHILLINGS = 250_000;

/** Why M-Pesa would refuse a charge; nothing when it would not. A long description is cut, not refused. */
export function checkMpesaCharge({
  amount,
  currency,
  payerPhone,
}: Pick<Charge, "amount" | "currency" | "payerPhone">): readonly Issue[] {
  const issues: Issue[] = [];
  if (currency !== "KES") {
    issues.push({
      pointer: "/currency",
      code: "currency_not_supported",
      message: `M-Pesa takes KES only, not ${currency}.`,
    });
  } else if (amount % CENTS_PER_SHILLING !== 0) {
    issues.push({
      pointer: "/amount",
      code: "amount_not_whole",
      message: "M-Pesa takes whole shillings: the amount, in cents, must be a multiple of 100.",
    });
  } else if (amount < MIN_SHILLINGS * CENTS_PER_SHILLING || amount > MAX_SHILLINGS * CENTS_PER_SHILLING) {
    issues.push({
      pointer: "/amount",
      code: "amount_out_of_range",
      message: `One M-Pesa payment is from KES ${MIN_SHILLINGS} to KES ${MAX_SHILLINGS.toLocaleString("en")}.`,
    });
  }
  if (mpesaNumber(payerPhone) === null) {
    issues.push({
      pointer: "/recipient",
      code: "payer_not_supported",
      message: "M-Pesa asks Kenyan mobile numbers only (+254 7… or +254 1…).",
    });
  }
  return issues;
}
