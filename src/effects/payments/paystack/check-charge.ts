import type { Issue } from "../../../kernel/errors.ts";
import type { Charge } from "../provider.ts";
import { toSubunits } from "./subunits.ts";

/**
 * The least that Paystack takes for one transaction, in its hundredths, from paystack.com/docs/api. Which of these
 * currencies an account may use is the account's matter.
 */
const LEAST_AMOUNTS: ReadonlyMap<string, number> = new Map([
  ["NGN", 50_00],
  ["GHS", 10],
  ["ZAR", 1_00],
  ["KES", 3_00],
  ["USD", 2_00],
  ["XOF", 1_00],
]);

export const PAYSTACK_CURRENCIES: readonly string[] = [...LEAST_AMOUNTS.keys()];

/** "Transaction amount limit exceeded": 10,000,000 in any currency. In hundredths. */
const LARGEST_AMOUNT = 10_000_000_00;

/** Why Paystack would refuse a charge; nothing when it would not. */
export function checkPaystackCharge({
  amount,
  currency,
}: Pick<Charge, "amount" | "currency">): readonly Issue[] {
  const least = LEAST_AMOUNTS.get(currency);
  if (least === undefined) {
    return [
      {
        pointer: "/currency",
        code: "currency_not_supported",
        message: `Paystack takes ${PAYSTACK_CURRENCIES.join(", ")}, not ${currency}.`,
      },
    ];
  }
  const subunits = toSubunits(amount, currency);
  if (subunits >= least && subunits <= LARGEST_AMOUNT) {
    return [];
  }
  return [
    {
      pointer: "/amount",
      code: "amount_out_of_range",
      message: `One Paystack payment is from ${currency} ${(least / 100).toFixed(2)} to ${currency} 10,000,000.00.`,
    },
  ];
}
