import { createRoute } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, jsonBody, PageQuery, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { listDeliveries } from "./list-deliveries.ts";
import { Delivery, DeliverySimulation, IdParam, SimulateDelivery, SimulateSending } from "./schemas.ts";
import { simulateDelivery, simulateSending } from "./simulate-delivery.ts";

const tags = ["Chats"];
const security = CONTROL_PLANE;

export const deliveryRoutes = createRouter();

deliveryRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/chats/{id}/deliveries",
    operationId: "listDeliveries",
    tags,
    security,
    summary: "What went out to a customer, is held or was blocked, and by which rule",
    request: { params: IdParam, query: PageQuery },
    responses: { 200: jsonAnswer(pageOf(Delivery), "One page, newest first."), ...problems(404, 422) },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("query") };
    return c.json(await listDeliveries({ ctx: c.get("ctx"), input }), 200);
  },
);

deliveryRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/instances/{id}/delivery-simulations",
    operationId: "simulateDelivery",
    tags,
    security,
    summary: "What would become of a message at some time",
    description:
      "Decides by the customer's chat and the number's settings as they are now. Nothing is sent, kept or counted.",
    request: { params: IdParam, body: jsonBody(SimulateDelivery) },
    responses: {
      200: jsonAnswer(DeliverySimulation, "The decision, and what each rule says."),
      ...problems(400, 404, 422),
    },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), fields: c.req.valid("json") };
    return c.json(await simulateDelivery({ ctx: c.get("ctx"), input }), 200);
  },
);

deliveryRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/scheduled-messages/{id}/delivery-simulations",
    operationId: "simulateScheduledMessage",
    tags: ["Scheduled messages"],
    security,
    summary: "What would become of a scheduled message at its time, or at another",
    description:
      "Decides by the customer's chat, the number's settings and the plugin's grant as they are now. Nothing is sent, kept or counted.",
    request: { params: IdParam, body: jsonBody(SimulateSending) },
    responses: {
      200: jsonAnswer(DeliverySimulation, "The decision, and what each rule says."),
      ...problems(400, 404, 409, 422),
    },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), fields: c.req.valid("json") };
    return c.json(await simulateSending({ ctx: c.get("ctx"), input }), 200);
  },
);
