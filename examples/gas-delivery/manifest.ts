import { defineManifest } from "kivuko/sdk";
import { SIZES } from "./catalogue.ts";

const WISH = {
  size: { type: "string", enum: SIZES, description: "Which cylinder is to be refilled." },
  quantity: {
    type: "integer",
    minimum: 1,
    maximum: 20,
    description: "How many; 1 if the customer does not say.",
  },
  withHose: { type: "boolean", description: "Whether a new hose of 2 m is wanted." },
  withRegulator: { type: "boolean", description: "Whether a new regulator is wanted." },
} as const;

/** What the platform's events look like to this plugin, as far as it reads them. */
const EVENT = {
  type: "object",
  properties: {
    id: { type: "string" },
    type: { type: "string" },
    occurredAt: { type: "string" },
    data: { type: "object" },
  },
  required: ["id", "type", "data"],
} as const;

const ORDER_NUMBER = {
  type: "object",
  properties: {
    orderNumber: { type: "string", description: "The order's number, as the customer was given it." },
  },
  required: ["orderNumber"],
} as const;

/** What the platform and the agent know about this plugin. `baseUrl` is where the platform reaches it. */
export function gasDeliveryManifest(baseUrl: string) {
  return defineManifest({
    slug: "GAS_DELIVERY",
    version: "1.0.0",
    name: "Gas Delivery",
    description: "Sells refills of cooking gas, collects the money and brings the cylinder to the door.",
    baseUrl,
    auth: { type: "secret" },
    permissions: [
      {
        key: "plugin:ecommerce:catalog:sync",
        label: "Offer cylinders and accessories",
        description: "Keeps what the depot sells, and its prices, in the shop's catalogue.",
        default: true,
      },
      {
        key: "plugin:ecommerce:orders:create:current_chat",
        label: "Create orders for the current customer",
        description: "An order with the exact delivery address, for the customer who is chatting.",
        default: true,
      },
      {
        key: "plugin:ecommerce:checkout:initiate",
        label: "Start checkout",
        description: "Asks the customer to pay for the order.",
        default: true,
      },
      {
        key: "plugin:ecommerce:orders:update:own",
        label: "Move its own orders on",
        description: "Says that an order is being prepared, is on its way, or has arrived.",
        default: true,
      },
    ],
    tools: [
      {
        name: "quote_gas",
        description:
          "Quote the price of a gas cylinder refill, delivery included. Use it when the customer asks what " +
          "gas costs. It orders nothing.",
        inputSchema: { type: "object", properties: WISH, required: ["size"] },
      },
      {
        name: "order_gas",
        description:
          "Order a gas cylinder refill and ask the customer to pay for it. Use it when the customer wants gas " +
          "delivered and has given the address. They get a payment request; it is delivered once they have paid.",
        sideEffects: true,
        inputSchema: {
          type: "object",
          properties: {
            ...WISH,
            deliveryAddress: {
              type: "string",
              minLength: 1,
              maxLength: 4_000,
              description:
                "Where to bring it, in the customer's exact words. Do not shorten or correct them.",
            },
          },
          required: ["size", "deliveryAddress"],
        },
      },
      {
        name: "delivery_status",
        description:
          "Tell how far the delivery of a gas order is. Use it when the customer asks where it is.",
        inputSchema: ORDER_NUMBER,
      },
      {
        name: "confirm_delivery",
        description: "Note that the gas has arrived, when the customer says so.",
        sideEffects: true,
        inputSchema: ORDER_NUMBER,
      },
      {
        name: "on_payment",
        description: "Opens the delivery job of what was paid, and calls it off when the money goes back.",
        inputSchema: EVENT,
        metadata: { capability: "payments.event" },
      },
      {
        name: "on_order",
        description: "Follows orders, and moves paid ones on.",
        inputSchema: EVENT,
        metadata: { capability: "orders.event" },
      },
    ],
  });
}
