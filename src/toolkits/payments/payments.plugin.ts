import { inChat } from "../../effects/in-chat.ts";
import {
  findPaymentFor,
  initiatePayment,
  planPayment,
  presentPayment,
} from "../../effects/payments/index.ts";
import { notFound } from "../../kernel/errors.ts";
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
  async executeTool(toolName, args, plugin) {
    return inChat(plugin, async (ctx, recipient) => {
      if (toolName === "request_payment") {
        const terms = JSON.parse(args) as Terms;
        const { instanceId } = plugin.tenant;
        const input = { ...terms, instanceId, recipient, orderDetails: null };
        const plan = await planPayment({ ctx, input });
        const idempotencyKey = `tool:${plugin.callId}`;
        return presentPayment(await initiatePayment({ ctx, input: { plan, idempotencyKey } }));
      }
      const { paymentId } = JSON.parse(args) as { paymentId: string };
      const row = await findPaymentFor(ctx, plugin.tenant.organizationId, paymentId);
      if (row.chatObjectId !== recipient.chatObjectId) {
        throw notFound("payment", paymentId);
      }
      return presentPayment(row);
    });
  },
});

type Terms = Pick<
  Parameters<typeof planPayment>[0]["input"],
  "amount" | "currency" | "orderReference" | "description"
>;
