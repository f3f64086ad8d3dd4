import {
  checkOutOrder,
  findCustomerOrder,
  placeOrder,
  planCheckout,
  planOrder,
  presentOrder,
  searchCatalog,
} from "../../effects/commerce/index.ts";
import { inChat } from "../../effects/in-chat.ts";
import { presentPayment } from "../../effects/payments/index.ts";
import { jsonMember } from "../../kernel/json-member.ts";
import { platformContextOf } from "../../plugins/capabilities/index.ts";
import type { FirstPartyPlugin } from "../../plugins/in-process/index.ts";

/** Items that the model gets at a time. */
const FOUND_MAX = 20;

/** Finds, orders and takes payment, for the customer of the chat. Loaded at its first call, with the effects that it drives. */
export const runTool: FirstPartyPlugin["executeTool"] = async (toolName, args, plugin) => {
  const idempotencyKey = `tool:${plugin.callId}`;
  switch (toolName) {
    case "search_catalog": {
      const { query = "" } = JSON.parse(args) as { query?: string };
      const input = { q: query, limit: FOUND_MAX };
      const items = await searchCatalog({ ctx: platformContextOf(plugin), input });
      return JSON.stringify({
        items: items.map(({ sku, name, description, unitAmount, currency, stock }) => ({
          sku,
          name,
          description,
          unitAmount,
          currency,
          stock,
        })),
      });
    }
    case "place_order":
      return inChat(plugin, async (ctx, recipient) => {
        const request = JSON.parse(args) as Omit<
          Parameters<typeof planOrder>[0]["input"],
          "recipient" | "instanceId" | "orderDetails" | "idempotencyKey"
        >;
        const plan = await planOrder({
          ctx,
          input: {
            ...request,
            recipient,
            instanceId: plugin.tenant.instanceId,
            orderDetails: jsonMember(args, "orderDetails"),
            idempotencyKey,
          },
        });
        return presentOrder(await placeOrder({ ctx, input: { plan, idempotencyKey } }));
      });
    case "order_status":
      return inChat(plugin, async (ctx, { chatObjectId }) =>
        presentOrder(await findCustomerOrder({ ctx, input: { number: readNumber(args), chatObjectId } })),
      );
    case "checkout_order":
      return inChat(plugin, async (ctx, { chatObjectId }) => {
        const order = await findCustomerOrder({
          ctx,
          input: { number: readNumber(args), chatObjectId },
        });
        const plan = await planCheckout({ ctx, input: { id: order.id, idempotencyKey } });
        const started = await checkOutOrder({ ctx, input: { plan, idempotencyKey } });
        return { order: presentOrder(started.order), payment: presentPayment(started.payment) };
      });
    default:
      throw new Error(`There is no tool ${toolName} here.`);
  }
};

function readNumber(args: string): string {
  return (JSON.parse(args) as { number: string }).number;
}
