import { inChat } from "../../effects/in-chat.ts";
import {
  findPaymentFor,
  initiatePayment,
  planPayment,
  presentPayment,
} from "../../effects/payments/index.ts";
import { notFound } from "../../kernel/errors.ts";
import type { FirstPartyPlugin } from "../../plugins/in-process/index.ts";

/** Asks the customer of the chat for money, or says what became of it. Loaded at its first call, with the effects that it drives. */
export const runTool: FirstPartyPlugin["executeTool"] = async (toolName, args, plugin) => {
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
};

type Terms = Pick<
  Parameters<typeof planPayment>[0]["input"],
  "amount" | "currency" | "orderReference" | "description"
>;
