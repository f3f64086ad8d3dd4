import { createRoute } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, jsonBody, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { decideApproval } from "./deciding/decide-approval.ts";
import { getApproval, listApprovals } from "./list-approvals.ts";
import { Approval, ApprovalsQuery, IdParam, RejectInput } from "./schemas.ts";

const tags = ["Approvals"];
const security = CONTROL_PLANE;

export const approvalRoutes = createRouter();

approvalRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/approvals",
    operationId: "listApprovals",
    tags,
    security,
    summary: "Calls that wait for a decision, and those that did",
    request: { query: ApprovalsQuery },
    responses: { 200: jsonAnswer(pageOf(Approval), "A page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listApprovals({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

approvalRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/approvals/{id}",
    operationId: "getApproval",
    tags,
    security: [...security, { gatewayKey: [] }],
    summary: "One approval",
    description: "Whoever called the tool over HTTP polls this; a gateway key sees what it asked for itself.",
    request: { params: IdParam },
    responses: { 200: jsonAnswer(Approval, "The approval."), ...problems(404) },
  }),
  async (c) => c.json(await getApproval({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

approvalRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/approvals/{id}/approve",
    operationId: "approveApproval",
    tags,
    security,
    summary: "Approve a waiting call",
    description:
      "The call is made at once, exactly as it was asked for, and the answer has its outcome. Approving again changes " +
      "nothing and answers the approval as it is; so it does while the call is under way.",
    request: { params: IdParam },
    responses: { 200: jsonAnswer(Approval, "Approved."), ...problems(404, 409) },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), verdict: "approve" as const, reason: null };
    return c.json(await decideApproval({ ctx: c.get("ctx"), input }), 200);
  },
);

approvalRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/approvals/{id}/reject",
    operationId: "rejectApproval",
    tags,
    security,
    summary: "Reject a waiting call",
    description: "Nothing is done, and the agent tells the customer. Rejecting again changes nothing.",
    request: { params: IdParam, body: { ...jsonBody(RejectInput), required: false } },
    responses: { 200: jsonAnswer(Approval, "Rejected."), ...problems(400, 404, 409, 422) },
  }),
  async (c) => {
    const { reason = null } = c.req.valid("json");
    const input = { ...c.req.valid("param"), verdict: "reject" as const, reason };
    return c.json(await decideApproval({ ctx: c.get("ctx"), input }), 200);
  },
);
