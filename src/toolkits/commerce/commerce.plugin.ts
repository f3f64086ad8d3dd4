import { definePlugin } from "../../plugins/in-process/index.ts";

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
  executeTool: async (...call) => (await import("./run-tool.ts")).runTool(...call),
});
