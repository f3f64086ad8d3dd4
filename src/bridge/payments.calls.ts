import { requireEffect } from "../access/require-effect.ts";
import { InitiatePayment, Payment, Refund, RequestRefund } from "../contract/payments.ts";
import type { BridgePermission } from "../contract/permissions.ts";
import {
  findPaymentFor,
  initiatePayment,
  planPayment,
  planRefund,
  presentPayment,
  presentRefund,
  REFUND_PERMISSIONS,
  requestRefund,
} from "../effects/payments/index.ts";
import { jsonMember } from "../kernel/json-member.ts";
import { defineBridgeCall } from "./bridge-call.ts";

const STATUS: readonly BridgePermission[] = ["plugin:payments:status:own", "plugin:payments:status:any"];

export const paymentCalls = [
  defineBridgeCall({
    method: "POST",
    path: "/payments",
    operationId: "initiatePayment",
    summary: "Ask a customer for money",
    body: InitiatePayment,
    answer: Payment,
    permissions: ({ body }) => [`plugin:payments:initiate:${body.recipient.type}`],
    recipient: ({ body }) => body.recipient,
    keepsKeyForEver: true,
    async check({ ctx, input, recipient }) {
      const { recipient: _, orderDetails: __, ...terms } = input.body;
      return planPayment({
        ctx,
        input: {
          ...terms,
          instanceId: ctx.actor.instanceId,
          recipient,
          orderDetails: jsonMember(input.bodyText, "orderDetails"),
        },
      });
    },
    async run({ ctx, plan, idempotencyKey }) {
      return {
        status: 201,
        body: presentPayment(await initiatePayment({ ctx, input: { plan, idempotencyKey } })),
      };
    },
  }),
  defineBridgeCall({
    method: "GET",
    path: "/payments/:id",
    operationId: "getPaymentStatus",
    summary: "Read a payment",
    answer: Payment,
    permissions: () => STATUS,
    async check({ ctx, input: { params } }) {
      const organizationId = requireEffect(ctx, { control: "payments:read", bridge: STATUS });
      return findPaymentFor(
        ctx,
        organizationId,
        params["id"] ?? "",
        (installationId) =>
          installationId === ctx.actor.id || ctx.actor.permissions.has("plugin:payments:status:any"),
      );
    },
    run: async ({ plan }) => ({ status: 200, body: presentPayment(plan) }),
  }),
  defineBridgeCall({
    method: "POST",
    path: "/payments/:id/refunds",
    operationId: "requestRefund",
    summary: "Refund a payment, or ask staff to",
    body: RequestRefund,
    answer: Refund,
    permissions: () => REFUND_PERMISSIONS,
    keepsKeyForEver: true,
    check: ({ ctx, input: { params, body } }) =>
      planRefund({ ctx, input: { ...body, paymentId: params["id"] ?? "" } }),
    async run({ ctx, plan, idempotencyKey }) {
      return {
        status: 201,
        body: presentRefund(await requestRefund({ ctx, input: { plan, idempotencyKey } })),
      };
    },
  }),
];
