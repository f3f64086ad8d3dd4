import { createRoute } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { listAuditEntries } from "./list-audit-entries.ts";
import { AuditEntry, AuditQuery } from "./schemas.ts";

export const auditRoutes = createRouter();

auditRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/audit-entries",
    operationId: "listAuditEntries",
    tags: ["Audit"],
    summary: "List audit entries",
    description: "Who did what to what. An entry is written together with the change that it tells of.",
    security: CONTROL_PLANE,
    request: { query: AuditQuery },
    responses: { 200: jsonAnswer(pageOf(AuditEntry), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listAuditEntries({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);
