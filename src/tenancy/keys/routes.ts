import { createRoute } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, jsonBody, PageQuery, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { createApiToken } from "./create-api-token.ts";
import { createGatewayKey } from "./create-gateway-key.ts";
import { listApiTokens } from "./list-api-tokens.ts";
import { listGatewayKeys } from "./list-gateway-keys.ts";
import { revokeApiToken } from "./revoke-api-token.ts";
import { revokeGatewayKey } from "./revoke-gateway-key.ts";
import {
  ApiToken,
  CreateApiToken,
  CreatedApiToken,
  CreatedGatewayKey,
  CreateGatewayKey,
  GatewayKey,
  IdParam,
} from "./schemas.ts";

export const apiTokenRoutes = createRouter();
export const gatewayKeyRoutes = createRouter();

apiTokenRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/api-tokens",
    operationId: "createApiToken",
    tags: ["API tokens"],
    summary: "Create an API token",
    description: "The token's text is in this answer and nowhere else.",
    security: CONTROL_PLANE,
    request: { body: jsonBody(CreateApiToken) },
    responses: { 201: jsonAnswer(CreatedApiToken, "The token, with its text."), ...problems(400, 422) },
  }),
  async (c) => c.json(await createApiToken({ ctx: c.get("ctx"), input: c.req.valid("json") }), 201),
);

apiTokenRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/api-tokens",
    operationId: "listApiTokens",
    tags: ["API tokens"],
    summary: "List API tokens",
    security: CONTROL_PLANE,
    request: { query: PageQuery },
    responses: { 200: jsonAnswer(pageOf(ApiToken), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listApiTokens({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

apiTokenRoutes.openapi(
  createRoute({
    method: "delete",
    path: "/v1/api-tokens/{id}",
    operationId: "revokeApiToken",
    tags: ["API tokens"],
    summary: "Revoke an API token",
    description: "It stops working everywhere within five seconds.",
    security: CONTROL_PLANE,
    request: { params: IdParam },
    responses: { 204: { description: "It is revoked." }, ...problems(404) },
  }),
  async (c) => {
    await revokeApiToken({ ctx: c.get("ctx"), input: c.req.valid("param") });
    return c.body(null, 204);
  },
);

gatewayKeyRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/gateway-keys",
    operationId: "createGatewayKey",
    tags: ["Gateway keys"],
    summary: "Create a gateway key",
    description: "The key's text is in this answer and nowhere else.",
    security: CONTROL_PLANE,
    request: { body: jsonBody(CreateGatewayKey) },
    responses: { 201: jsonAnswer(CreatedGatewayKey, "The key, with its text."), ...problems(400, 404, 422) },
  }),
  async (c) => c.json(await createGatewayKey({ ctx: c.get("ctx"), input: c.req.valid("json") }), 201),
);

gatewayKeyRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/gateway-keys",
    operationId: "listGatewayKeys",
    tags: ["Gateway keys"],
    summary: "List gateway keys",
    security: CONTROL_PLANE,
    request: { query: PageQuery },
    responses: { 200: jsonAnswer(pageOf(GatewayKey), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listGatewayKeys({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

gatewayKeyRoutes.openapi(
  createRoute({
    method: "delete",
    path: "/v1/gateway-keys/{id}",
    operationId: "revokeGatewayKey",
    tags: ["Gateway keys"],
    summary: "Revoke a gateway key",
    description: "It stops working everywhere within five seconds.",
    security: CONTROL_PLANE,
    request: { params: IdParam },
    responses: { 204: { description: "It is revoked." }, ...problems(404) },
  }),
  async (c) => {
    await revokeGatewayKey({ ctx: c.get("ctx"), input: c.req.valid("param") });
    return c.body(null, 204);
  },
);
