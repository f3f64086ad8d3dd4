import { createRoute, z } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, jsonBody, PageQuery, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { newId } from "../../kernel/ids.ts";
import { approveRefund, rejectRefund } from "./decide-refund.ts";
import { dismissAttention } from "./dismiss-attention.ts";
import {
  createPaymentAccount,
  listPaymentAccounts,
  removePaymentAccount,
  updatePaymentAccount,
} from "./manage-accounts.ts";
import { presentStaffRefund } from "./present.ts";
import { getPaymentHistory, listPayments, listRefunds, totalPayments } from "./read-payments.ts";
import { recheckPayment } from "./recheck-payment.ts";
import { planRefund, requestRefund } from "./request-refund.ts";
import {
  CreatePaymentAccount,
  IdParam,
  PaymentAccount,
  PaymentHistory,
  PaymentsQuery,
  PaymentTotal,
  RefundDecision,
  RefundsQuery,
  StaffPayment,
  StaffRefund,
  StaffRequestRefund,
  TotalsQuery,
  UpdatePaymentAccount,
} from "./schemas.ts";

const tags = ["Payments"];
const security = CONTROL_PLANE;

export const paymentRoutes = createRouter();

paymentRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/payments",
    operationId: "listPayments",
    tags,
    security,
    summary: "List payments",
    request: { query: PaymentsQuery },
    responses: { 200: jsonAnswer(pageOf(StaffPayment), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listPayments({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

paymentRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/payments/totals",
    operationId: "totalPayments",
    tags,
    security,
    summary: "What was paid, summed by day or provider",
    request: { query: TotalsQuery },
    responses: {
      200: jsonAnswer(z.object({ data: z.array(PaymentTotal), nextCursor: z.null() }), "The sums."),
      ...problems(422),
    },
  }),
  async (c) => c.json(await totalPayments({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

paymentRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/payments/{id}",
    operationId: "getPayment",
    tags,
    security,
    summary: "A payment with its refunds and all that the provider said",
    request: { params: IdParam },
    responses: { 200: jsonAnswer(PaymentHistory, "The payment."), ...problems(404) },
  }),
  async (c) => c.json(await getPaymentHistory({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

paymentRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/payments/{id}/check",
    operationId: "checkPayment",
    tags,
    security,
    summary: "Ask the provider for the state now",
    request: { params: IdParam },
    responses: { 200: jsonAnswer(StaffPayment, "The payment as it is then."), ...problems(404) },
  }),
  async (c) => c.json(await recheckPayment({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

paymentRoutes.openapi(
  createRoute({
    method: "delete",
    path: "/v1/payments/{id}/attention",
    operationId: "dismissPaymentAttention",
    tags,
    security,
    summary: "Say that what was raised has been looked at",
    request: { params: IdParam },
    responses: { 204: { description: "It is raised no longer." }, ...problems(404) },
  }),
  async (c) => {
    await dismissAttention({ ctx: c.get("ctx"), input: c.req.valid("param") });
    return c.body(null, 204);
  },
);

paymentRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/payments/{id}/refunds",
    operationId: "refundPayment",
    tags,
    security,
    summary: "Refund a payment, or ask finance to",
    description: "Who may decide refunds executes it at once; anybody else asks for a decision.",
    request: { params: IdParam, body: jsonBody(StaffRequestRefund) },
    responses: { 201: jsonAnswer(StaffRefund, "The refund."), ...problems(400, 404, 409, 422) },
  }),
  async (c) => {
    const ctx = c.get("ctx");
    const { idempotencyKey = newId("request"), ...request } = c.req.valid("json");
    const plan = await planRefund({ ctx, input: { paymentId: c.req.valid("param").id, ...request } });
    const row = await requestRefund({ ctx, input: { plan, idempotencyKey: `staff:${idempotencyKey}` } });
    return c.json(presentStaffRefund(row), 201);
  },
);

paymentRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/refunds",
    operationId: "listRefunds",
    tags,
    security,
    summary: "List refunds",
    request: { query: RefundsQuery },
    responses: { 200: jsonAnswer(pageOf(StaffRefund), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listRefunds({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

paymentRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/refunds/{id}/approve",
    operationId: "approveRefund",
    tags,
    security,
    summary: "Let a requested refund go to the provider",
    request: { params: IdParam, body: jsonBody(RefundDecision) },
    responses: { 200: jsonAnswer(StaffRefund, "The refund."), ...problems(400, 404, 409, 422) },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("json") };
    return c.json(presentStaffRefund(await approveRefund({ ctx: c.get("ctx"), input })), 200);
  },
);

paymentRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/refunds/{id}/reject",
    operationId: "rejectRefund",
    tags,
    security,
    summary: "Say no to a requested refund",
    request: { params: IdParam, body: jsonBody(RefundDecision) },
    responses: { 200: jsonAnswer(StaffRefund, "The refund."), ...problems(400, 404, 409, 422) },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("json") };
    return c.json(presentStaffRefund(await rejectRefund({ ctx: c.get("ctx"), input })), 200);
  },
);

paymentRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/payment-accounts",
    operationId: "createPaymentAccount",
    tags,
    security,
    summary: "Add an account with a payment provider",
    request: { body: jsonBody(CreatePaymentAccount) },
    responses: { 201: jsonAnswer(PaymentAccount, "The account, secrets masked."), ...problems(400, 422) },
  }),
  async (c) => c.json(await createPaymentAccount({ ctx: c.get("ctx"), input: c.req.valid("json") }), 201),
);

paymentRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/payment-accounts",
    operationId: "listPaymentAccounts",
    tags,
    security,
    summary: "List the accounts with payment providers",
    request: { query: PageQuery },
    responses: { 200: jsonAnswer(pageOf(PaymentAccount), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listPaymentAccounts({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

paymentRoutes.openapi(
  createRoute({
    method: "patch",
    path: "/v1/payment-accounts/{id}",
    operationId: "updatePaymentAccount",
    tags,
    security,
    summary: "Change an account",
    request: { params: IdParam, body: jsonBody(UpdatePaymentAccount) },
    responses: { 200: jsonAnswer(PaymentAccount, "The account."), ...problems(400, 404, 422) },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("json") };
    return c.json(await updatePaymentAccount({ ctx: c.get("ctx"), input }), 200);
  },
);

paymentRoutes.openapi(
  createRoute({
    method: "delete",
    path: "/v1/payment-accounts/{id}",
    operationId: "removePaymentAccount",
    tags,
    security,
    summary: "Remove an account",
    request: { params: IdParam },
    responses: { 204: { description: "No new payment goes through it." }, ...problems(404) },
  }),
  async (c) => {
    await removePaymentAccount({ ctx: c.get("ctx"), input: c.req.valid("param") });
    return c.body(null, 204);
  },
);
