import type { CtxBase } from "../access/context.ts";
import { AppError } from "../kernel/errors.ts";
import { findWebhookInstance, type WebhookAddress } from "./find-webhook-instance.ts";

/** What to answer when a provider sets its webhook up. Throws `webhook_forged` (403) for a token that is not ours. */
export async function answerWebhookSetup({
  ctx,
  input: { address, query },
}: {
  ctx: CtxBase;
  input: { address: WebhookAddress; query: URLSearchParams };
}): Promise<string> {
  const { inbound, credentials } = await findWebhookInstance(ctx, address);
  const answer = (await inbound.answerSetup?.(query, credentials)) ?? null;
  if (answer === null) {
    throw new AppError("forbidden", "webhook_forged", "The verify token is not the instance's.");
  }
  return answer;
}
