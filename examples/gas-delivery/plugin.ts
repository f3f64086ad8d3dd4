import { BridgeError, type CallBridge, createPlugin, PluginError, type PluginOptions } from "kivuko/sdk";
import { formatMoney, toLines, totalOf, type Wish } from "./basket.ts";
import { CURRENCY } from "./catalogue.ts";
import { createDeliveryBook, type DeliveryBook, type GasOrder } from "./delivery-book.ts";
import { gasDeliveryManifest } from "./manifest.ts";

type Manifest = ReturnType<typeof gasDeliveryManifest>;
type GasDeliveryOptions = Omit<PluginOptions<Manifest>, "manifest" | "tools"> & {
  readonly baseUrl: string;
  readonly book?: DeliveryBook;
};

type Event = { readonly type: string; readonly data: unknown };
type PaymentData = {
  readonly id: string;
  readonly orderReference: string;
  readonly orderDetails?: { readonly deliveryAddress?: string } | null;
};
type OrderData = { readonly id: string; readonly number: string; readonly state: string };

/** What a delivery's customer is told, by the state of the order. */
const PROGRESS: Readonly<Record<string, string>> = {
  awaiting_payment: "waits for your payment",
  paid: "is paid, and will be prepared in a moment",
  preparing: "is being prepared",
  dispatched: "is on its way to you",
  completed: "has been delivered",
  cancelled: "was cancelled",
  refunded: "was cancelled, and your money has gone back",
};

/**
 * The gas depot. The platform keeps the orders, asks for the money, sends the receipt and tells what happened; the
 * depot says what things cost, and brings them to where the customer said.
 */
export function createGasDelivery({ baseUrl, book = createDeliveryBook(), ...options }: GasDeliveryOptions) {
  return createPlugin({
    ...options,
    manifest: gasDeliveryManifest(baseUrl),
    tools: {
      quote_gas: (wish) => {
        const lines = toLines(wish);
        const total = formatMoney(totalOf(lines), CURRENCY);
        const names = lines.map(({ quantity, name }) => `${quantity} x ${name}`).join(", ");
        return { total, message: `${names}: ${total}, delivery included. Where shall we bring it?` };
      },

      order_gas: async ({ deliveryAddress, ...wish }, { user, bridge }) => {
        const order = await placeOrder(bridge, wish, deliveryAddress);
        book.place({ id: order.id, number: order.number, userId: user?.id });
        const total = formatMoney(order.amount, order.currency);
        return {
          orderNumber: order.number,
          total,
          message:
            `Order ${order.number} is placed. I have sent you a request to pay ${total}. ` +
            `Once it is paid, we bring it to: ${deliveryAddress}`,
        };
      },

      delivery_status: ({ orderNumber }, { user }) => {
        const { state } = findOrder(book, orderNumber, user?.id);
        const job = book.jobs.get(orderNumber);
        return {
          orderNumber,
          state,
          ...(job !== undefined && { deliveryJob: job.id, deliveryAddress: job.address }),
          message: `Order ${orderNumber} ${PROGRESS[state] ?? `is ${state}`}.`,
        };
      },

      confirm_delivery: async ({ orderNumber }, { user, bridge }) => {
        const { id } = findOrder(book, orderNumber, user?.id);
        await bridge.orders.update(id, { state: "completed" });
        return { orderNumber, message: `Thank you! Order ${orderNumber} is completed.` };
      },

      on_payment: (event) => {
        const { type, data } = event as Event;
        const { id: paymentId, orderReference: orderNumber, orderDetails } = data as PaymentData;
        if (type === "payment.succeeded") {
          book.openJob({ orderNumber, paymentId, address: orderDetails?.deliveryAddress ?? "" });
        }
        if (type === "refund.succeeded") {
          book.callOff(orderNumber);
        }
        return { noted: true };
      },

      on_order: async (event, { bridge }) => {
        const { id, number, state } = (event as Event).data as OrderData;
        book.follow({ id, number, state });
        // A rider is always free in this example.
        const next = { paid: "preparing", preparing: "dispatched" } as const;
        if (state === "paid" || state === "preparing") {
          await moveOn(bridge, id, next[state]);
        }
        return { noted: true };
      },
    },
  });
}

/** The order and its checkout. A call that comes again has the same keys, so it finds both as they are. */
async function placeOrder(bridge: CallBridge, wish: Wish, deliveryAddress: string) {
  const items = toLines(wish).map(({ sku, quantity }) => ({ sku, quantity }));
  try {
    const order = await bridge.orders.create({ items, orderDetails: { deliveryAddress } });
    await bridge.orders.checkOut(order.id);
    return order;
  } catch (error) {
    if (error instanceof BridgeError && error.code === "payer_has_open_prompt") {
      throw new PluginError({
        code: "payment_open",
        message: "There is another payment request on the customer's phone.",
        status: 409,
        fallback: "Ask the customer to answer it, and order again then.",
      });
    }
    throw error;
  }
}

/** Only the customer whose order it is hears of it. */
function findOrder({ orders }: DeliveryBook, number: string, userId: string | undefined): GasOrder {
  const order = orders.get(number);
  if (order === undefined || order.userId === undefined || order.userId !== userId) {
    const message = `There is no order ${number} of this customer.`;
    throw new PluginError({ code: "order_not_found", message, status: 404 });
  }
  return order;
}

/** Staff may have been quicker, or have cancelled it: then there is nothing to do. */
async function moveOn(bridge: CallBridge, orderId: string, state: "preparing" | "dispatched") {
  try {
    await bridge.orders.update(orderId, { state });
  } catch (error) {
    if (!(error instanceof BridgeError && error.code === "order_move_not_possible")) {
      throw error;
    }
  }
}
