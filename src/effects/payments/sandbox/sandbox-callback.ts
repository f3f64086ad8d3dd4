/** A sandbox callback on the wire. */
import { z } from "zod";
import type { sandboxCharge } from "../../../db/schema/index.ts";
import type { ProviderNews } from "../provider.ts";
import type { SandboxNews } from "./scenarios.ts";

export type SandboxChargeRow = typeof sandboxCharge.$inferSelect;

const OUTCOMES = ["succeeded", "failed", "cancelled", "expired"] as const;
const RECEIPT_CHARACTERS = 10;

export const SandboxCallback = z.object({
  subject: z.enum(["payment", "refund"]),
  id: z.string(),
  reference: z.string().nullable(),
  outcome: z.enum(OUTCOMES),
  failure: z
    .enum([
      "insufficient_funds",
      "cancelled_by_payer",
      "wrong_pin",
      "payer_unreachable",
      "declined",
      "expired",
    ])
    .nullable(),
  amount: z.int(),
  currency: z.string(),
  receiptNumber: z.string().nullable(),
});

/** What the sandbox says of a charge. */
export function tellNews(charge: SandboxChargeRow, said: SandboxNews): ProviderNews {
  return {
    providerId: charge.id,
    outcome: said.outcome,
    failure: said.failure,
    amount: charge.amount + said.amountOff,
    currency: charge.currency,
    receiptNumber: said.outcome === "succeeded" ? charge.id.slice(-RECEIPT_CHARACTERS).toUpperCase() : null,
    providerCode: said.failure ?? said.outcome,
  };
}

/** The same as the body of a callback. */
export function writeCallback(charge: SandboxChargeRow, said: SandboxNews): string {
  const { providerId: id, providerCode: _, ...news } = tellNews(charge, said);
  return JSON.stringify({ subject: charge.kind, id, reference: charge.reference, ...news });
}
