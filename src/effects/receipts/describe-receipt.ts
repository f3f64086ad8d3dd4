/** The words of a receipt, for the page and for the message that it comes with. Pure. */
import type { ReceiptContent } from "./receipt.ts";

/** Minor units as people write them, such as `KES 1,250.00`. */
export function formatMoney(amount: number, currency: string): string {
  const format = new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "code" });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  // A no-break space is right on paper and a trap in a search.
  return format.format(amount / 10 ** digits).replaceAll("\u00a0", " ");
}

/** The time at the business, with its zone, such as `21 Nov 2026, 14:05 GMT+3`. */
export function formatTime(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(at);
}

/** The one message that goes with the document: what, how much, the number to quote. */
export function describeReceipt(receipt: ReceiptContent): string {
  const { kind, number, business, amount, currency, provider, providerReference, orderReference } = receipt;
  const money = formatMoney(amount, currency);
  const reference = providerReference === null ? "" : ` (${provider} ${providerReference})`;
  return kind === "payment"
    ? `${business.name} received ${money}${reference} for ${orderReference}. Receipt ${number}.`
    : `${business.name} refunded ${money}${reference} for ${orderReference}. Receipt ${number}.`;
}

/** One line of the free-form details: its name, its value as it came in, and how deep it stands. */
export type DetailLine = { readonly label: string; readonly value: string; readonly depth: number };

/** The details line by line in their own order; texts are not touched. */
export function toDetailLines(orderDetails: string | null): DetailLine[] {
  return orderDetails === null ? [] : linesOf("", JSON.parse(orderDetails) as unknown, -1);
}

function linesOf(label: string, value: unknown, depth: number): DetailLine[] {
  if (typeof value !== "object" || value === null) {
    return [{ label, value: typeof value === "string" ? value : String(value), depth }];
  }
  const entries = Array.isArray(value)
    ? value.map((entry, index) => [String(index + 1), entry] as const)
    : Object.entries(value);
  const children = entries.flatMap(([name, entry]) => linesOf(name, entry, depth + 1));
  return label === "" ? children : [{ label, value: "", depth }, ...children];
}
