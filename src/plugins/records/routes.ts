import { createRoute, z } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, PageQuery, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { listBridgeCalls } from "./list-bridge-calls.ts";
import { getCall, listCalls } from "./list-calls.ts";
import { listDeliveries } from "./list-deliveries.ts";
import {
  BridgeCall,
  BridgeCallsQuery,
  Call,
  CallsQuery,
  DeadLetter,
  DecidedDelivery,
  DeliveriesQuery,
} from "./schemas.ts";
import { listDeadLetters, settleDeadLetter } from "./settle-dead-letter.ts";

const tags = ["Records"];
const security = CONTROL_PLANE;
const ById = z.object({ id: z.string() });

export const recordRoutes = createRouter();

recordRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/calls",
    operationId: "listCalls",
    tags,
    security,
    summary: "Tool calls and refusals",
    request: { query: CallsQuery },
    responses: { 200: jsonAnswer(pageOf(Call), "A page."), ...problems(422) },
  }),
  async (c) => c.json(await listCalls({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

recordRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/calls/{id}",
    operationId: "getCall",
    tags,
    security,
    summary: "One call",
    request: { params: ById },
    responses: { 200: jsonAnswer(Call, "The call."), ...problems(404) },
  }),
  async (c) => c.json(await getCall({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

recordRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/bridge-calls",
    operationId: "listBridgeCalls",
    tags,
    security,
    summary: "What plugins asked of the platform",
    request: { query: BridgeCallsQuery },
    responses: { 200: jsonAnswer(pageOf(BridgeCall), "A page."), ...problems(422) },
  }),
  async (c) => c.json(await listBridgeCalls({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

recordRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/deliveries",
    operationId: "listDecidedDeliveries",
    tags,
    security,
    summary: "Messages to customers that were blocked or held, and by which rule",
    description:
      "Of every way in: agents, plugins, schedules, obligations, receipts, people. Kept as other records are.",
    request: { query: DeliveriesQuery },
    responses: { 200: jsonAnswer(pageOf(DecidedDelivery), "A page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listDeliveries({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

recordRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/dead-letters",
    operationId: "listDeadLetters",
    tags,
    security,
    summary: "Messages that failed every try and wait for a person",
    request: { query: PageQuery },
    responses: { 200: jsonAnswer(pageOf(DeadLetter), "A page."), ...problems(422) },
  }),
  async (c) => c.json(await listDeadLetters({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

recordRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/dead-letters/{id}/replay",
    operationId: "replayDeadLetter",
    tags,
    security,
    summary: "Put a message back on its queue",
    request: { params: ById },
    responses: { 204: { description: "Replayed." }, ...problems(404, 409) },
  }),
  async (c) => {
    await settleDeadLetter({ ctx: c.get("ctx"), input: { ...c.req.valid("param"), verdict: "replay" } });
    return c.body(null, 204);
  },
);

recordRoutes.openapi(
  createRoute({
    method: "delete",
    path: "/v1/dead-letters/{id}",
    operationId: "discardDeadLetter",
    tags,
    security,
    summary: "Discard a message",
    request: { params: ById },
    responses: { 204: { description: "Discarded." }, ...problems(404) },
  }),
  async (c) => {
    await settleDeadLetter({ ctx: c.get("ctx"), input: { ...c.req.valid("param"), verdict: "discard" } });
    return c.body(null, 204);
  },
);
