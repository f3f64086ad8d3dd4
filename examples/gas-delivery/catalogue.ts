/** What the depot sells. Prices in cents of a Kenyan shilling; delivery is in them. */
import type { Bridge } from "kivuko/sdk";

export const SIZES = ["6 kg", "13 kg", "22.5 kg"] as const;
export type Size = (typeof SIZES)[number];

export const CURRENCY = "KES";

/** The refill of a cylinder of each size. */
export const CYLINDERS: Readonly<Record<Size, Article>> = {
  "6 kg": { sku: "GAS-6", name: "Gas refill, 6 kg", unitAmount: 115_000 },
  "13 kg": { sku: "GAS-13", name: "Gas refill, 13 kg", unitAmount: 255_000 },
  "22.5 kg": { sku: "GAS-22", name: "Gas refill, 22.5 kg", unitAmount: 440_000 },
};
export const HOSE: Article = { sku: "HOSE-2M", name: "Gas hose, 2 m", unitAmount: 45_000 };
export const REGULATOR: Article = { sku: "REGULATOR", name: "Regulator", unitAmount: 85_000 };

export type Article = { readonly sku: string; readonly name: string; readonly unitAmount: number };

/**
 * Puts all of it into the shop's catalogue, as it is now. Merchants import what they want to sell, once, or have it
 * imported by itself.
 */
export function offerCatalogue(bridge: Pick<Bridge, "catalog">) {
  const articles = [...Object.values(CYLINDERS), HOSE, REGULATOR];
  return bridge.catalog.sync({ items: articles.map((article) => ({ ...article, currency: CURRENCY })) });
}
