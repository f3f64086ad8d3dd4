import type { PaymentFailure, ProviderNews } from "../provider.ts";

/** What the sandbox says of a charge from a moment on, and how often it calls back to say so. */
export type SandboxNews = {
  /** After the charge was asked for. */
  readonly afterMs: number;
  readonly outcome: ProviderNews["outcome"];
  readonly failure: PaymentFailure | null;
  readonly callbacks: 0 | 1 | 2;
  /** Minor units by which the amount that it names is wrong. */
  readonly amountOff: number;
};

export type SandboxScenario = {
  /** `lost`: charged, and the answer never arrives. `unreached`: neither. */
  readonly answer: "accepted" | "refused" | "lost" | "unreached";
  /** In the order of time. */
  readonly news: readonly SandboxNews[];
};

const AT_ONCE_MS = 0;
const SOON_MS = 30_000;
const PROMPT_MS = 90_000;
const LATE_MS = 180_000;

const succeeds = (afterMs: number, callbacks: 0 | 1 | 2 = 1, amountOff = 0): SandboxNews => ({
  afterMs,
  outcome: "succeeded",
  failure: null,
  callbacks,
  amountOff,
});
const ends = (
  outcome: "failed" | "cancelled" | "expired",
  failure: PaymentFailure,
  afterMs = AT_ONCE_MS,
): SandboxNews => ({ afterMs, outcome, failure, callbacks: 1, amountOff: 0 });
const accepted = (...news: SandboxNews[]): SandboxScenario => ({ answer: "accepted", news });

const WELL = accepted(succeeds(AT_ONCE_MS));

/** By the last two digits of the whole units: KES 1,501.00 is cancelled. docs/payments.md has the table for people. */
const PAYMENTS: Readonly<Record<number, SandboxScenario>> = {
  1: accepted(ends("cancelled", "cancelled_by_payer")),
  2: accepted(ends("failed", "insufficient_funds")),
  3: accepted(ends("failed", "wrong_pin")),
  4: accepted(ends("failed", "payer_unreachable")),
  5: { answer: "refused", news: [] },
  6: accepted(ends("expired", "expired", PROMPT_MS)),
  10: accepted(succeeds(SOON_MS)),
  11: accepted(succeeds(AT_ONCE_MS, 2)),
  12: accepted(succeeds(AT_ONCE_MS, 0)),
  13: { answer: "lost", news: [succeeds(AT_ONCE_MS, 0)] },
  14: { answer: "unreached", news: [] },
  15: accepted(succeeds(AT_ONCE_MS, 1, -100)),
  16: accepted(ends("expired", "expired", PROMPT_MS), succeeds(LATE_MS)),
  17: accepted(),
};

/** By the same digits of the refund's own amount. */
const REFUNDS: Readonly<Record<number, SandboxScenario>> = {
  20: accepted(ends("failed", "declined")),
  21: { answer: "lost", news: [succeeds(AT_ONCE_MS, 0)] },
  22: accepted(succeeds(SOON_MS)),
  23: { answer: "refused", news: [] },
};

/** What the sandbox does with an amount (minor units). */
export function scenarioOf(kind: "payment" | "refund", amount: number): SandboxScenario {
  const digits = Math.floor(amount / 100) % 100;
  return (kind === "payment" ? PAYMENTS : REFUNDS)[digits] ?? WELL;
}

/** What is true of a charge at an age; null while it is pending. */
export function newsAt({ news }: SandboxScenario, ageMs: number): SandboxNews | null {
  return news.findLast(({ afterMs }) => afterMs <= ageMs) ?? null;
}

/** Each callback to make, one after the other. */
export function callbacksOf({ news }: SandboxScenario): readonly SandboxNews[] {
  return news.flatMap((said) => Array.from({ length: said.callbacks }, () => said));
}
