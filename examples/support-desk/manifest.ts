import { defineManifest } from "kivuko/sdk";

/** What the platform and the agent know about this plugin. `baseUrl` is where the platform reaches it. */
export function supportDeskManifest(baseUrl: string) {
  return defineManifest({
    slug: "SUPPORT_DESK",
    version: "1.0.0",
    name: "Support Desk",
    description: "Opens tickets for customers whose problem needs a person.",
    baseUrl,
    auth: { type: "secret" },
    permissions: [
      {
        key: "support:tickets:create",
        label: "Create support tickets",
        description: "The agent may open a ticket in the support desk in the customer's name.",
        default: true,
      },
      {
        key: "support:tickets:read",
        label: "Read ticket status",
        description: "The agent may look up how far a ticket has come.",
      },
      {
        key: "support:orders:refund",
        label: "Refund orders",
        description: "The agent may have an order's price paid back to the customer.",
      },
    ],
    configurationSchema: {
      type: "object",
      properties: {
        defaultQueue: { type: "string", description: "The queue that new tickets land in." },
      },
      required: ["defaultQueue"],
    },
    tools: [
      {
        name: "create_support_ticket",
        description:
          "Open a support ticket when the customer reports a problem, wants to complain, or needs a person to " +
          "follow up. Give the customer the ticket number afterwards. Not for questions that you can answer.",
        sideEffects: true,
        inputSchema: {
          type: "object",
          properties: {
            customerName: { type: "string", description: "The customer's name, if it is known." },
            summary: { type: "string", description: "What is wrong, in one or two sentences." },
            priority: {
              type: "string",
              enum: ["low", "normal", "high"],
              description: "How urgent it is; normal if the customer does not say.",
            },
          },
          required: ["summary"],
        },
        outputSchema: {
          type: "object",
          properties: {
            ticketId: { type: "string" },
            status: { type: "string" },
            message: { type: "string" },
          },
        },
      },
      {
        name: "refund_order",
        description:
          "Pay the price of an order back to the customer when they ask for their money. Ask for the order's number " +
          "if it is missing.",
        // Money leaves: off in a new grant, and each call waits until somebody approves it.
        sensitive: true,
        sideEffects: true,
        inputSchema: {
          type: "object",
          properties: {
            orderNumber: { type: "integer", minimum: 1, description: "The number on the order's receipt." },
          },
          required: ["orderNumber"],
        },
        outputSchema: {
          type: "object",
          properties: { refundId: { type: "string" }, message: { type: "string" } },
        },
      },
    ],
  });
}
