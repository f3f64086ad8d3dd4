import type { PaymentAttention } from "../../contract/payment-words.ts";
import type { ProviderNews } from "./provider.ts";

/** What is known of a payment or refund before the news. */
type Asked = {
  readonly amount: number;
  readonly currency: string;
  /** Null where the provider repeats none. */
  readonly reference: string | null;
  readonly providerId: string | null;
};

/**
 * Why news is not to be believed; null when it fits. Ids and references count whatever the outcome; amount and
 * currency count when money is said to have moved, and a provider that does not say them is not doubted.
 */
export function judgeNews(
  asked: Asked,
  news: ProviderNews,
  reference: string | null,
): PaymentAttention | null {
  if (differs(asked.reference, reference)) {
    return "reference_differs";
  }
  if (differs(asked.providerId, news.providerId)) {
    return "provider_id_differs";
  }
  if (news.outcome !== "succeeded") {
    return null;
  }
  if (news.amount !== null && news.amount !== asked.amount) {
    return "amount_differs";
  }
  return differs(asked.currency, news.currency) ? "currency_differs" : null;
}

function differs(ours: string | null, theirs: string | null): boolean {
  return ours !== null && theirs !== null && ours !== theirs;
}
