import { createRoute, z } from "@hono/zod-openapi";
import { MoveOrder } from "../../contract/commerce.ts";
import { CONTROL_PLANE, jsonAnswer, jsonBody, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { listAfterSales, resolveAfterSales } from "./after-sales.ts";
import { getCatalogSettings, setCatalogSettings } from "./catalog-settings.ts";
import { importItem, importItems, listItems, retireItem } from "./manage-items.ts";
import { moveOrder, planMove } from "./move-order.ts";
import { presentStaffOrder } from "./present.ts";
import { dismissOrderAttention, getOrderHistory, listOrders, totalOrders } from "./read-orders.ts";
import {
  AfterSalesQuery,
  CatalogSettings,
  CommerceSettings,
  IdParam,
  ImportedItems,
  ImportItems,
  ItemsQuery,
  OrderHistory,
  OrdersQuery,
  OrderTotal,
  OrderTotalsQuery,
  ResolveAfterSales,
  StaffAfterSales,
  StaffCatalogItem,
  StaffOrder,
} from "./schemas.ts";
import { getCommerceSettings, setCommerceSettings } from "./settings.ts";

const security = CONTROL_PLANE;

export const commerceRoutes = createRouter();

commerceRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/catalog/items",
    operationId: "listCatalogItems",
    tags: ["Catalogue"],
    security,
    summary: "List the catalogue's items",
    request: { query: ItemsQuery },
    responses: { 200: jsonAnswer(pageOf(StaffCatalogItem), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listItems({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

commerceRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/catalog/items/{id}/import",
    operationId: "importCatalogItem",
    tags: ["Catalogue"],
    security,
    summary: "Take an item into the shop",
    request: { params: IdParam },
    responses: { 200: jsonAnswer(StaffCatalogItem, "The item."), ...problems(404, 409) },
  }),
  async (c) => c.json(await importItem({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

commerceRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/catalog/items/{id}/retire",
    operationId: "retireCatalogItem",
    tags: ["Catalogue"],
    security,
    summary: "Take an item out of the shop",
    request: { params: IdParam },
    responses: { 200: jsonAnswer(StaffCatalogItem, "The item."), ...problems(404) },
  }),
  async (c) => c.json(await retireItem({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

commerceRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/catalog/imports",
    operationId: "importCatalogItems",
    tags: ["Catalogue"],
    security,
    summary: "Take in what a plugin offers",
    request: { body: jsonBody(ImportItems) },
    responses: { 200: jsonAnswer(ImportedItems, "How many came in."), ...problems(400, 404, 422) },
  }),
  async (c) => c.json(await importItems({ ctx: c.get("ctx"), input: c.req.valid("json") }), 200),
);

commerceRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/installations/{id}/catalog-settings",
    operationId: "getCatalogSettings",
    tags: ["Catalogue"],
    security,
    summary: "How a plugin's items come into the shop",
    request: { params: IdParam },
    responses: { 200: jsonAnswer(CatalogSettings, "The settings."), ...problems(404) },
  }),
  async (c) => c.json(await getCatalogSettings({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

commerceRoutes.openapi(
  createRoute({
    method: "put",
    path: "/v1/installations/{id}/catalog-settings",
    operationId: "setCatalogSettings",
    tags: ["Catalogue"],
    security,
    summary: "Change how a plugin's items come into the shop",
    request: { params: IdParam, body: jsonBody(CatalogSettings) },
    responses: { 200: jsonAnswer(CatalogSettings, "The settings."), ...problems(400, 404, 422) },
  }),
  async (c) =>
    c.json(
      await setCatalogSettings({
        ctx: c.get("ctx"),
        input: { ...c.req.valid("param"), ...c.req.valid("json") },
      }),
      200,
    ),
);

commerceRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/commerce-settings",
    operationId: "getCommerceSettings",
    tags: ["Orders"],
    security,
    summary: "How orders are numbered, and how long they wait for payment",
    responses: { 200: jsonAnswer(CommerceSettings, "The settings."), ...problems() },
  }),
  async (c) => c.json(await getCommerceSettings({ ctx: c.get("ctx") }), 200),
);

commerceRoutes.openapi(
  createRoute({
    method: "put",
    path: "/v1/commerce-settings",
    operationId: "setCommerceSettings",
    tags: ["Orders"],
    security,
    summary: "Change how orders are numbered, and how long they wait",
    request: { body: jsonBody(CommerceSettings) },
    responses: { 200: jsonAnswer(CommerceSettings, "The settings."), ...problems(400, 422) },
  }),
  async (c) => c.json(await setCommerceSettings({ ctx: c.get("ctx"), input: c.req.valid("json") }), 200),
);

commerceRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/orders",
    operationId: "listOrders",
    tags: ["Orders"],
    security,
    summary: "List orders",
    request: { query: OrdersQuery },
    responses: { 200: jsonAnswer(pageOf(StaffOrder), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listOrders({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

commerceRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/orders/totals",
    operationId: "totalOrders",
    tags: ["Orders"],
    security,
    summary: "What was ordered, summed by day",
    request: { query: OrderTotalsQuery },
    responses: {
      200: jsonAnswer(z.object({ data: z.array(OrderTotal), nextCursor: z.null() }), "The sums."),
      ...problems(422),
    },
  }),
  async (c) => c.json(await totalOrders({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

commerceRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/orders/{id}",
    operationId: "getOrderHistory",
    tags: ["Orders"],
    security,
    summary: "An order with its states, payments and after-sales requests",
    request: { params: IdParam },
    responses: { 200: jsonAnswer(OrderHistory, "The order."), ...problems(404) },
  }),
  async (c) => c.json(await getOrderHistory({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

commerceRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/orders/{id}/state",
    operationId: "setOrderState",
    tags: ["Orders"],
    security,
    summary: "Move an order on",
    request: { params: IdParam, body: jsonBody(MoveOrder) },
    responses: { 200: jsonAnswer(StaffOrder, "The order."), ...problems(400, 404, 409, 422) },
  }),
  async (c) => {
    const ctx = c.get("ctx");
    const input = { ...c.req.valid("param"), ...c.req.valid("json"), idempotencyKey: null };
    const plan = await planMove({ ctx, input });
    return c.json(presentStaffOrder(await moveOrder({ ctx, input: { plan } })), 200);
  },
);

commerceRoutes.openapi(
  createRoute({
    method: "delete",
    path: "/v1/orders/{id}/attention",
    operationId: "dismissOrderAttention",
    tags: ["Orders"],
    security,
    summary: "Say that what was raised has been seen to",
    request: { params: IdParam },
    responses: { 204: { description: "It is raised no longer." }, ...problems(404) },
  }),
  async (c) => {
    await dismissOrderAttention({ ctx: c.get("ctx"), input: c.req.valid("param") });
    return c.body(null, 204);
  },
);

commerceRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/after-sales",
    operationId: "listAfterSales",
    tags: ["Orders"],
    security,
    summary: "List returns, exchanges and complaints",
    request: { query: AfterSalesQuery },
    responses: { 200: jsonAnswer(pageOf(StaffAfterSales), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listAfterSales({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

commerceRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/after-sales/{id}/resolve",
    operationId: "resolveAfterSales",
    tags: ["Orders"],
    security,
    summary: "Decide a return, an exchange or a complaint",
    request: { params: IdParam, body: jsonBody(ResolveAfterSales) },
    responses: { 200: jsonAnswer(StaffAfterSales, "The request."), ...problems(400, 404, 409, 422) },
  }),
  async (c) =>
    c.json(
      await resolveAfterSales({
        ctx: c.get("ctx"),
        input: { ...c.req.valid("param"), ...c.req.valid("json") },
      }),
      200,
    ),
);
