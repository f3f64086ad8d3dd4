import type { CtxBase } from "../access/context.ts";
import type { InboundMessage, StatusUpdate } from "../contract/channel.ts";
import { AppError } from "../kernel/errors.ts";
import type { WebhookContent, WebhookReceipt, WebhookRefusal, WebhookRequest } from "./channel.ts";
import { chatOf } from "./chat-name.ts";
import { findWebhookInstance, type WebhookAddress } from "./find-webhook-instance.ts";

const REFUSALS: Readonly<Record<WebhookRefusal, string>> = {
  forged: "The signature is not the provider's.",
  stale: "The webhook is older than the provider would still send.",
  malformed: "The webhook is not in the provider's form.",
};

/**
 * Takes a provider's webhook: verify, one write in each chat that it names, answer. A message that is stored already
 * changes nothing. Throws `webhook_forged` or `webhook_stale` (403) and `webhook_malformed` (400), with nothing stored.
 */
export async function receiveWebhook({
  ctx,
  input: { address, request },
}: {
  ctx: CtxBase;
  input: { address: WebhookAddress; request: WebhookRequest };
}): Promise<WebhookReceipt> {
  const { instance, inbound, credentials } = await findWebhookInstance(ctx, address);
  const read = await inbound.read(request, credentials);
  if (!read.ok) {
    const kind = read.error === "malformed" ? "malformed" : "forbidden";
    throw new AppError(kind, `webhook_${read.error}`, REFUSALS[read.error]);
  }
  await Promise.all(
    [...byCustomer(read.value)].map(async ([phone, { messages, statuses }]) => {
      const chat = await chatOf(ctx.chats, instance.id, phone);
      if (messages.length > 0) {
        const { organizationId, id: instanceId } = instance;
        await chat.receive({ address: { organizationId, instanceId, phone }, messages });
      }
      if (statuses.length > 0) {
        await chat.applyStatuses({ statuses });
      }
    }),
  );
  return inbound.receipt;
}

function byCustomer({ messages, statuses }: WebhookContent) {
  const customers = new Map<string, { messages: InboundMessage[]; statuses: StatusUpdate[] }>();
  const of = (phone: string) => {
    const known = customers.get(phone) ?? { messages: [], statuses: [] };
    customers.set(phone, known);
    return known;
  };
  for (const { from, message } of messages) {
    of(from).messages.push(message);
  }
  for (const { to, status } of statuses) {
    of(to).statuses.push(status);
  }
  return customers;
}
