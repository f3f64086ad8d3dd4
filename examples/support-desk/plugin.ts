import { createPlugin, type PluginOptions } from "kivuko/sdk";
import { supportDeskManifest } from "./manifest.ts";

type Manifest = ReturnType<typeof supportDeskManifest>;
type SupportDeskOptions = Omit<PluginOptions<Manifest>, "manifest" | "tools"> & { readonly baseUrl: string };
type Ticket = { readonly id: string; readonly queue: string; readonly summary: string };

/** The Support Desk. Its tickets and refunds live in memory; a real one would keep them in its database. */
export function createSupportDesk({ baseUrl, ...options }: SupportDeskOptions) {
  const tickets = new Map<string, Ticket>();
  const refunds = new Map<string, string>();
  return createPlugin({
    ...options,
    manifest: supportDeskManifest(baseUrl),
    tools: {
      create_support_ticket: (input, { callId, config }) => {
        // A repeated call has the same id, and gets the ticket that it already has.
        const opened = { ...input, id: `SUP-${10_421 + tickets.size}`, queue: config.defaultQueue };
        const ticket = tickets.get(callId) ?? opened;
        tickets.set(callId, ticket);
        const message = `Ticket ${ticket.id} was created in the ${ticket.queue} queue.`;
        return { ticketId: ticket.id, status: "created", message };
      },
      refund_order: ({ orderNumber }, { callId }) => {
        const refundId = refunds.get(callId) ?? `RF-${5_001 + refunds.size}`;
        refunds.set(callId, refundId);
        return { refundId, message: `Order ${orderNumber} is refunded. Your reference is ${refundId}.` };
      },
    },
  });
}
