import { createRoute, z } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, jsonBody, PageQuery, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { createModel } from "./create-model.ts";
import { createProviderKey } from "./create-provider-key.ts";
import { listModels } from "./list-models.ts";
import { listProviderKeys } from "./list-provider-keys.ts";
import { removeModel } from "./remove-model.ts";
import { revokeProviderKey } from "./revoke-provider-key.ts";
import { CreateModel, CreateProviderKey, IdParam, Model, ProviderKey } from "./schemas.ts";

const tags = ["Models"];
const security = CONTROL_PLANE;

export const modelRoutes = createRouter();

modelRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/provider-keys",
    operationId: "createProviderKey",
    tags,
    security,
    summary: "Store a model provider's key",
    description: "It is sent to the address that it is stored for and to no other. The newest one counts.",
    request: { body: jsonBody(CreateProviderKey) },
    responses: { 201: jsonAnswer(ProviderKey, "The key, without its text."), ...problems(400, 422) },
  }),
  async (c) => c.json(await createProviderKey({ ctx: c.get("ctx"), input: c.req.valid("json") }), 201),
);

modelRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/provider-keys",
    operationId: "listProviderKeys",
    tags,
    security,
    summary: "List provider keys",
    request: { query: PageQuery },
    responses: { 200: jsonAnswer(pageOf(ProviderKey), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listProviderKeys({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

modelRoutes.openapi(
  createRoute({
    method: "delete",
    path: "/v1/provider-keys/{id}",
    operationId: "revokeProviderKey",
    tags,
    security,
    summary: "Destroy a provider key",
    request: { params: IdParam },
    responses: { 204: { description: "It is destroyed." }, ...problems(404) },
  }),
  async (c) => {
    await revokeProviderKey({ ctx: c.get("ctx"), input: c.req.valid("param") });
    return c.body(null, 204);
  },
);

modelRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/models-catalog",
    operationId: "createModel",
    tags,
    security,
    summary: "Add a model to the catalog",
    request: { body: jsonBody(CreateModel) },
    responses: { 201: jsonAnswer(Model, "The model."), ...problems(400, 404, 409, 422) },
  }),
  async (c) => c.json(await createModel({ ctx: c.get("ctx"), input: c.req.valid("json") }), 201),
);

modelRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/models-catalog",
    operationId: "listModels",
    tags,
    security,
    summary: "List the catalog's models",
    responses: {
      200: jsonAnswer(z.object({ data: z.array(Model), nextCursor: z.null() }), "All of them, newest first."),
      ...problems(),
    },
  }),
  async (c) => c.json(await listModels({ ctx: c.get("ctx") }), 200),
);

modelRoutes.openapi(
  createRoute({
    method: "delete",
    path: "/v1/models-catalog/{id}",
    operationId: "removeModel",
    tags,
    security,
    summary: "Remove a model from the catalog",
    request: { params: IdParam },
    responses: { 204: { description: "It is removed." }, ...problems(404) },
  }),
  async (c) => {
    await removeModel({ ctx: c.get("ctx"), input: c.req.valid("param") });
    return c.body(null, 204);
  },
);
