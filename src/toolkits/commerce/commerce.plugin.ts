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
import { definePlugin } from "../../plugins/in-process/index.ts";

/** Items that the model gets at a time. */
const FOUND_MAX = 20;

const ORDER_NUMBER = {
  type: "object",
  properties: { number: { type: "string", maxLength: 100, description: "Such as DUK-2026-1120-0041." } },
  required: ["number"],
  additionalProperties: false,
} as const;

/** Sells what is in the shop. Hidden where a plugin with e-commerce permissions sells. */
export const commerce = definePlugin({
  id: "kivuko.commerce",
  name: "Commerce",
  version: "1.0.0",
  description: "Lets the agent find items, place orders and have them paid.",
  tools: [
    {
      name: "search_catalog",
      description:
        "Find what the shop sells, with price and SKU. Use it before you name a price or place an order. Amounts are in minor units: 125000 KES are 1,250.00.",
      parameters: {
        type: "object",
        properties: {
          query: { type: "string", maxLength: 100, description: "A word of the item; empty for everything." },
        },
        additionalProperties: false,
      },
    },
    {
      name: "place_order",
      description:
        "Place the customer's order, after they have agreed to items, quantities and total. The prices are the shop's. Pass on the delivery address in `orderDetails` exactly as the customer wrote it.",
      parameters: {
        type: "object",
        properties: {
          items: {
            type: "array",
            minItems: 1,
            maxItems: 100,
            items: {
              type: "object",
              properties: {
                sku: { type: "string", maxLength: 64 },
                quantity: { type: "integer", minimum: 1, maximum: 1000 },
              },
              required: ["sku", "quantity"],
              additionalProperties: false,
            },
          },
          orderDetails: {
            type: "object",
            description: "Whatever the delivery takes, the address above all.",
          },
          customerName: { type: "string", minLength: 1, maxLength: 200 },
          note: { type: "string", minLength: 1, maxLength: 1000 },
        },
        required: ["items"],
        additionalProperties: false,
      },
      sideEffects: true,
    },
    {
      name: "order_status",
      description: "How an order of this customer stands. Only `paid` and what comes after it means paid.",
      parameters: ORDER_NUMBER,
    },
    {
      name: "checkout_order",
      description:
        "Ask this customer to pay an order of theirs. They get a prompt or a link; that they have paid shows in order_status.",
      parameters: ORDER_NUMBER,
      sideEffects: true,
    },
  ],
  async executeTool(toolName, args, plugin) {
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
  },
});

function readNumber(args: string): string {
  return (JSON.parse(args) as { number: string }).number;
}
