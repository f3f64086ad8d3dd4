import { asAmount, asText, type JsonObject } from "../read-json.ts";

/**
 * Paystack counts every currency in hundredths. The CFA franc has none, so our amounts of it, which are in its real
 * minor unit, are whole francs.
 */
const HUNDREDTHS_OF_MINOR_UNIT: ReadonlyMap<string, number> = new Map([["XOF", 100]]);

/** An amount of ours as Paystack wants it. */
export function toSubunits(amount: number, currency: string): number {
  return amount * (HUNDREDTHS_OF_MINOR_UNIT.get(currency) ?? 1);
}

/**
 * `amount` and `currency` of what Paystack sends, in minor units; null where it does not say. A fraction of a minor
 * unit stays one, and equals no amount of ours.
 */
export function moneyOf(data: JsonObject): {
  readonly amount: number | null;
  readonly currency: string | null;
} {
  const amount = asAmount(data["amount"]);
  const currency = asText(data["currency"]);
  const perUnit = HUNDREDTHS_OF_MINOR_UNIT.get(currency ?? "") ?? 1;
  return { amount: amount === null ? null : amount / perUnit, currency };
}
