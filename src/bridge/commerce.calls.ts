import {
  AfterSales,
  CheckOutOrder,
  Checkout,
  MoveOrder,
  OpenAfterSales,
  Order,
  PlaceOrder,
  SyncCatalog,
  SyncedCatalog,
} from "../contract/commerce.ts";
import {
  AFTER_SALES_PERMISSIONS,
  checkOutOrder,
  getOrder,
  moveOrder,
  openAfterSales,
  placeOrder,
  planAfterSales,
  planCheckout,
  planMove,
  planOrder,
  presentAfterSales,
  presentOrder,
  READ_PERMISSIONS,
  requireCatalogSync,
  syncCatalog,
  UPDATE_PERMISSIONS,
} from "../effects/commerce/index.ts";
import { presentPayment } from "../effects/payments/index.ts";
import { jsonMember } from "../kernel/json-member.ts";
import { defineBridgeCall } from "./bridge-call.ts";
import { CATALOG_MAX_BYTES } from "./limits.ts";

export const commerceCalls = [
  defineBridgeCall({
    method: "PUT",
    path: "/catalog/items",
    operationId: "syncCatalog",
    summary: "Offer a catalogue: all of it, what is missing is retired",
    body: SyncCatalog,
    bodyMaxBytes: CATALOG_MAX_BYTES,
    answer: SyncedCatalog,
    permissions: () => ["plugin:ecommerce:catalog:sync"],
    check: async ({ ctx }) => {
      requireCatalogSync(ctx);
    },
    run: async ({ ctx, input: { body } }) => ({ status: 200, body: await syncCatalog({ ctx, input: body }) }),
  }),
  defineBridgeCall({
    method: "POST",
    path: "/orders",
    operationId: "placeOrder",
    summary: "Place an order of imported items",
    body: PlaceOrder,
    answer: Order,
    permissions: ({ body }) => [`plugin:ecommerce:orders:create:${body.recipient.type}`],
    recipient: ({ body }) => body.recipient,
    keepsKeyForEver: true,
    async check({ ctx, input, recipient, idempotencyKey }) {
      const { recipient: _, orderDetails: __, ...request } = input.body;
      return planOrder({
        ctx,
        input: {
          ...request,
          instanceId: ctx.actor.instanceId,
          recipient,
          orderDetails: jsonMember(input.bodyText, "orderDetails"),
          idempotencyKey,
        },
      });
    },
    async run({ ctx, plan, idempotencyKey }) {
      return { status: 201, body: presentOrder(await placeOrder({ ctx, input: { plan, idempotencyKey } })) };
    },
  }),
  defineBridgeCall({
    method: "GET",
    path: "/orders/:id",
    operationId: "getOrder",
    summary: "Read an order",
    answer: Order,
    permissions: () => READ_PERMISSIONS,
    check: async ({ ctx, input: { params } }) => getOrder({ ctx, input: { id: params["id"] ?? "" } }),
    run: async ({ plan }) => ({ status: 200, body: presentOrder(plan) }),
  }),
  defineBridgeCall({
    method: "PATCH",
    path: "/orders/:id",
    operationId: "moveOrder",
    summary: "Move the fulfilment of an order on",
    body: MoveOrder,
    answer: Order,
    permissions: () => UPDATE_PERMISSIONS,
    keepsKeyForEver: true,
    check: async ({ ctx, input: { params, body }, idempotencyKey }) =>
      planMove({ ctx, input: { ...body, id: params["id"] ?? "", idempotencyKey } }),
    async run({ ctx, plan, idempotencyKey }) {
      return { status: 200, body: presentOrder(await moveOrder({ ctx, input: { plan, idempotencyKey } })) };
    },
  }),
  defineBridgeCall({
    method: "POST",
    path: "/orders/:id/checkout",
    operationId: "checkOutOrder",
    summary: "Start the payment of an order",
    body: CheckOutOrder,
    answer: Checkout,
    permissions: () => ["plugin:ecommerce:checkout:initiate"],
    keepsKeyForEver: true,
    check: async ({ ctx, input: { params, body }, idempotencyKey }) =>
      planCheckout({ ctx, input: { ...body, id: params["id"] ?? "", idempotencyKey } }),
    async run({ ctx, plan, idempotencyKey }) {
      const { order, payment } = await checkOutOrder({ ctx, input: { plan, idempotencyKey } });
      return { status: 201, body: { order: presentOrder(order), payment: presentPayment(payment) } };
    },
  }),
  defineBridgeCall({
    method: "POST",
    path: "/orders/:id/after-sales",
    operationId: "openAfterSales",
    summary: "Open a return, an exchange or a complaint",
    body: OpenAfterSales,
    answer: AfterSales,
    permissions: () => AFTER_SALES_PERMISSIONS,
    keepsKeyForEver: true,
    check: async ({ ctx, input: { params, body } }) =>
      planAfterSales({ ctx, input: { ...body, id: params["id"] ?? "" } }),
    async run({ ctx, plan, idempotencyKey }) {
      return {
        status: 201,
        body: presentAfterSales(await openAfterSales({ ctx, input: { plan, idempotencyKey } })),
      };
    },
  }),
];
