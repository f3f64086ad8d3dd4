import { createRoute, z } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, jsonBody, PageQuery, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { grantPlugin } from "./grant-plugin.ts";
import { listGrants } from "./list-grants.ts";
import { revokeGrant } from "./revoke-grant.ts";
import { Grant, GrantInput } from "./schemas.ts";

const tags = ["Grants"];
const security = CONTROL_PLANE;
const ByPair = z.object({ instanceId: z.string(), installationId: z.string() });

export const grantRoutes = createRouter();

grantRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/instances/{instanceId}/grants",
    operationId: "listGrants",
    tags,
    security,
    summary: "What a number may use, and what it once might",
    request: { params: z.object({ instanceId: z.string() }), query: PageQuery },
    responses: { 200: jsonAnswer(pageOf(Grant), "A page, newest first."), ...problems(404, 422) },
  }),
  async (c) =>
    c.json(
      await listGrants({ ctx: c.get("ctx"), input: { ...c.req.valid("query"), ...c.req.valid("param") } }),
      200,
    ),
);

grantRoutes.openapi(
  createRoute({
    method: "put",
    path: "/v1/instances/{instanceId}/grants/{installationId}",
    operationId: "grantPlugin",
    tags,
    security,
    summary: "Grant a plugin to a number, or change the grant",
    request: { params: ByPair, body: jsonBody(GrantInput) },
    responses: { 200: jsonAnswer(Grant, "The active grant."), ...problems(404, 409, 422) },
  }),
  async (c) =>
    c.json(
      await grantPlugin({ ctx: c.get("ctx"), input: { ...c.req.valid("json"), ...c.req.valid("param") } }),
      200,
    ),
);

grantRoutes.openapi(
  createRoute({
    method: "delete",
    path: "/v1/instances/{instanceId}/grants/{installationId}",
    operationId: "revokeGrant",
    tags,
    security,
    summary: "Revoke the grant; the next call after the bound is refused",
    request: { params: ByPair },
    responses: { 204: { description: "Revoked." }, ...problems(404) },
  }),
  async (c) => {
    await revokeGrant({ ctx: c.get("ctx"), input: c.req.valid("param") });
    return c.body(null, 204);
  },
);
