import { createRoute } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, jsonBody, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { cancelObligation } from "./cancel-obligation.ts";
import { listPolls, runPoll, updatePoll } from "./manage-polls.ts";
import { presentObligation } from "./present.ts";
import { getObligation, listObligations } from "./read-obligations.ts";
import {
  IdParam,
  Obligation,
  ObligationDetail,
  ObligationPoll,
  ObligationQuery,
  PollQuery,
  UpdatePoll,
} from "./schemas.ts";

const tags = ["Obligations"];
const security = CONTROL_PLANE;

export const obligationRoutes = createRouter();

obligationRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/obligations",
    operationId: "listObligations",
    tags,
    security,
    summary: "List what plugins have reminded or escalated",
    request: { query: ObligationQuery },
    responses: { 200: jsonAnswer(pageOf(Obligation), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listObligations({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

obligationRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/obligations/{id}",
    operationId: "readObligation",
    tags,
    security,
    summary: "Read an obligation with its history",
    request: { params: IdParam },
    responses: { 200: jsonAnswer(ObligationDetail, "The obligation."), ...problems(404) },
  }),
  async (c) => c.json(await getObligation({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

obligationRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/obligations/{id}/cancel",
    operationId: "cancelObligationByStaff",
    tags,
    security,
    summary: "Cancel an obligation with all that was to follow; its plugin hears of it",
    request: { params: IdParam },
    responses: { 200: jsonAnswer(Obligation, "The obligation."), ...problems(404, 409) },
  }),
  async (c) => {
    const row = await cancelObligation({ ctx: c.get("ctx"), input: c.req.valid("param") });
    return c.json(presentObligation(row), 200);
  },
);

obligationRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/obligation-polls",
    operationId: "listObligationPolls",
    tags,
    security,
    summary: "List which plugins are asked what is due, and how that goes",
    request: { query: PollQuery },
    responses: { 200: jsonAnswer(pageOf(ObligationPoll), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listPolls({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

obligationRoutes.openapi(
  createRoute({
    method: "patch",
    path: "/v1/obligation-polls/{id}",
    operationId: "updateObligationPoll",
    tags,
    security,
    summary: "Change how often a plugin is asked",
    request: { params: IdParam, body: jsonBody(UpdatePoll) },
    responses: { 200: jsonAnswer(ObligationPoll, "The poll."), ...problems(400, 404, 409, 422) },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("json") };
    return c.json(await updatePoll({ ctx: c.get("ctx"), input }), 200);
  },
);

obligationRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/obligation-polls/{id}/run",
    operationId: "runObligationPoll",
    tags,
    security,
    summary: "Ask a plugin now what is due",
    request: { params: IdParam },
    responses: { 202: jsonAnswer(ObligationPoll, "It is asked in a moment."), ...problems(404, 409) },
  }),
  async (c) => c.json(await runPoll({ ctx: c.get("ctx"), input: c.req.valid("param") }), 202),
);
