import { definePlugin } from "../../plugins/in-process/index.ts";

/** Lets the agent ask the customer of its chat for money. */
export const payments = definePlugin({
  id: "kivuko.payments",
  name: "Payments",
  version: "1.0.0",
  description: "Lets the agent ask the customer it talks to for money, and see what became of it.",
  tools: [
    {
      name: "request_payment",
      description:
        "Ask this customer to pay an amount that both of you agreed to. They get a prompt or a link; that they have paid shows in payment_status, not before.",
      parameters: {
        type: "object",
        properties: {
          amount: {
            type: "integer",
            minimum: 1,
            maximum: 10_000_000_000,
            description: "Minor units: 125000 are 1,250.00.",
          },
          currency: { type: "string", pattern: "^[A-Z]{3}$", description: "Such as KES." },
          orderReference: { type: "string", minLength: 1, maxLength: 100, description: "What it is for." },
          description: { type: "string", minLength: 1, maxLength: 200 },
        },
        required: ["amount", "currency", "orderReference", "description"],
        additionalProperties: false,
      },
      sideEffects: true,
      // The amount is the model's word, so it is off until somebody turns it on, and then waits for a yes.
      sensitive: true,
    },
    {
      name: "payment_status",
      description: "What became of a payment that this customer was asked for. Only `succeeded` means paid.",
      parameters: {
        type: "object",
        properties: { paymentId: { type: "string", maxLength: 200 } },
        required: ["paymentId"],
        additionalProperties: false,
      },
    },
  ],
  executeTool: async (...call) => (await import("./run-tool.ts")).runTool(...call),
});
