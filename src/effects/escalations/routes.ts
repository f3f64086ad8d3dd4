import { createRoute } from "@hono/zod-openapi";
import { EscalationAssignee } from "../../contract/escalation.ts";
import { CONTROL_PLANE, jsonAnswer, jsonBody, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { assignEscalation } from "./assign-escalation.ts";
import { getEscalation, listEscalations } from "./list-escalations.ts";
import { resolveEscalation } from "./resolve-escalation.ts";
import { Escalation, EscalationQuery, IdParam, ResolveEscalation } from "./schemas.ts";
import { takeEscalation } from "./take-escalation.ts";

const tags = ["Escalations"];
const security = CONTROL_PLANE;

export const escalationRoutes = createRouter();

escalationRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/escalations",
    operationId: "listEscalations",
    tags,
    security,
    summary: "List chats that wait for a person, or have had one",
    request: { query: EscalationQuery },
    responses: { 200: jsonAnswer(pageOf(Escalation), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listEscalations({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

escalationRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/escalations/{id}",
    operationId: "getEscalation",
    tags,
    security,
    summary: "Read an escalation",
    request: { params: IdParam },
    responses: { 200: jsonAnswer(Escalation, "The escalation."), ...problems(404) },
  }),
  async (c) => c.json(await getEscalation({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

escalationRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/escalations/{id}/assign",
    operationId: "assignEscalation",
    tags,
    security,
    summary: "Say whom an escalation is meant for",
    request: { params: IdParam, body: jsonBody(EscalationAssignee) },
    responses: { 200: jsonAnswer(Escalation, "The escalation."), ...problems(400, 404, 409, 422) },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), to: c.req.valid("json") };
    return c.json(await assignEscalation({ ctx: c.get("ctx"), input }), 200);
  },
);

escalationRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/escalations/{id}/take",
    operationId: "takeEscalation",
    tags,
    security,
    summary: "Take an escalation, and its chat with it",
    request: { params: IdParam },
    responses: {
      200: jsonAnswer(Escalation, "The escalation; you can write to the customer."),
      ...problems(404, 409),
    },
  }),
  async (c) => c.json(await takeEscalation({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

escalationRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/escalations/{id}/resolve",
    operationId: "resolveEscalation",
    tags,
    security,
    summary: "Resolve an escalation: the agent goes on in the chat",
    request: { params: IdParam, body: jsonBody(ResolveEscalation) },
    responses: { 200: jsonAnswer(Escalation, "The escalation."), ...problems(400, 404, 409, 422) },
  }),
  async (c) => {
    const { note = null } = c.req.valid("json");
    return c.json(
      await resolveEscalation({ ctx: c.get("ctx"), input: { ...c.req.valid("param"), note } }),
      200,
    );
  },
);
