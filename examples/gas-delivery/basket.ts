import { type Article, CYLINDERS, HOSE, REGULATOR, type Size } from "./catalogue.ts";

/** What a customer asks for. */
export type Wish = {
  readonly size: Size;
  readonly quantity?: number;
  readonly withHose?: boolean;
  readonly withRegulator?: boolean;
};

type Line = Article & { readonly quantity: number };

/** The wish as lines of an order. */
export function toLines({ size, quantity = 1, withHose = false, withRegulator = false }: Wish): Line[] {
  return [
    { ...CYLINDERS[size], quantity },
    ...(withHose ? [{ ...HOSE, quantity: 1 }] : []),
    ...(withRegulator ? [{ ...REGULATOR, quantity: 1 }] : []),
  ];
}

export function totalOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { quantity, unitAmount }) => sum + quantity * unitAmount, 0);
}

/** Such as "KES 2,550.00". */
export function formatMoney(amount: number, currency: string): string {
  const value = (amount / 100).toLocaleString("en", { minimumFractionDigits: 2 });
  return `${currency} ${value}`;
}
