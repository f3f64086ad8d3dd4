import { createRoute } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, jsonBody, PageQuery, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { discardDelivery, listDeliveries, listEvents, replayDelivery } from "./manage-deliveries.ts";
import {
  createEndpoint,
  getEndpoint,
  listEndpoints,
  removeEndpoint,
  rotateEndpointSecret,
  updateEndpoint,
} from "./manage-endpoints.ts";
import {
  CreatedEndpoint,
  CreateEndpoint,
  DeliveryQuery,
  EndpointParam,
  EndpointSecret,
  Event,
  EventDelivery,
  EventEndpoint,
  EventQuery,
  RotateEndpointSecret,
  UpdateEndpoint,
} from "./schemas.ts";

const tags = ["Events"];
const security = CONTROL_PLANE;

export const eventRoutes = createRouter();

eventRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/events",
    operationId: "listEvents",
    tags,
    security,
    summary: "What happened",
    request: { query: EventQuery },
    responses: { 200: jsonAnswer(pageOf(Event), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listEvents({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

eventRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/event-deliveries",
    operationId: "listEventDeliveries",
    tags,
    security,
    summary: "How far events came; `state=dead` are those that nobody took",
    request: { query: DeliveryQuery },
    responses: { 200: jsonAnswer(pageOf(EventDelivery), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listDeliveries({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

for (const [verb, act, summary] of [
  ["replay", replayDelivery, "Try an event again from the start of the schedule"],
  ["discard", discardDelivery, "Take a dead event off the list"],
] as const) {
  eventRoutes.openapi(
    createRoute({
      method: "post",
      path: `/v1/event-deliveries/{id}/${verb}`,
      operationId: `${verb}EventDelivery`,
      tags,
      security,
      summary,
      request: { params: EndpointParam },
      responses: { 200: jsonAnswer(EventDelivery, "The delivery as it is now."), ...problems(404, 409) },
    }),
    async (c) => c.json(await act({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
  );
}

eventRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/event-endpoints",
    operationId: "createEventEndpoint",
    tags,
    security,
    summary: "Subscribe an address to events (Standard Webhooks 1.0)",
    request: { body: jsonBody(CreateEndpoint) },
    responses: {
      201: jsonAnswer(CreatedEndpoint, "The endpoint, with its secret this once."),
      ...problems(400, 409, 422),
    },
  }),
  async (c) => c.json(await createEndpoint({ ctx: c.get("ctx"), input: c.req.valid("json") }), 201),
);

eventRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/event-endpoints",
    operationId: "listEventEndpoints",
    tags,
    security,
    summary: "List the addresses that hear of events",
    request: { query: PageQuery },
    responses: { 200: jsonAnswer(pageOf(EventEndpoint), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listEndpoints({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

eventRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/event-endpoints/{id}",
    operationId: "getEventEndpoint",
    tags,
    security,
    summary: "Read an endpoint",
    request: { params: EndpointParam },
    responses: { 200: jsonAnswer(EventEndpoint, "The endpoint."), ...problems(404) },
  }),
  async (c) => c.json(await getEndpoint({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

eventRoutes.openapi(
  createRoute({
    method: "patch",
    path: "/v1/event-endpoints/{id}",
    operationId: "updateEventEndpoint",
    tags,
    security,
    summary: "Change, pause or resume an endpoint",
    request: { params: EndpointParam, body: jsonBody(UpdateEndpoint) },
    responses: { 200: jsonAnswer(EventEndpoint, "The endpoint as it is now."), ...problems(400, 404, 422) },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("json") };
    return c.json(await updateEndpoint({ ctx: c.get("ctx"), input }), 200);
  },
);

eventRoutes.openapi(
  createRoute({
    method: "delete",
    path: "/v1/event-endpoints/{id}",
    operationId: "removeEventEndpoint",
    tags,
    security,
    summary: "Remove an endpoint and destroy its secrets",
    request: { params: EndpointParam },
    responses: { 204: { description: "It is gone." }, ...problems(404) },
  }),
  async (c) => {
    await removeEndpoint({ ctx: c.get("ctx"), input: c.req.valid("param") });
    return c.body(null, 204);
  },
);

eventRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/event-endpoints/{id}/secrets",
    operationId: "rotateEventEndpointSecret",
    tags,
    security,
    summary: "Make a new secret for an endpoint; the old one signs too for a while",
    request: { params: EndpointParam, body: jsonBody(RotateEndpointSecret) },
    responses: {
      201: jsonAnswer(EndpointSecret, "The new secret, this once."),
      ...problems(400, 404, 409, 422),
    },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("json") };
    return c.json(await rotateEndpointSecret({ ctx: c.get("ctx"), input }), 201);
  },
);
