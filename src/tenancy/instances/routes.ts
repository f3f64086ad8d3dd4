import { createRoute } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, jsonBody, PageQuery, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { createInstance } from "./create-instance.ts";
import { getInstance } from "./get-instance.ts";
import { listInstances } from "./list-instances.ts";
import { CreateInstance, IdParam, Instance, UpdateInstance } from "./schemas.ts";
import { updateInstance } from "./update-instance.ts";

export const instanceRoutes = createRouter();

instanceRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/instances",
    operationId: "createInstance",
    tags: ["Instances"],
    summary: "Create an instance",
    description: "An instance is one WhatsApp number and the settings of its agent.",
    security: CONTROL_PLANE,
    request: { body: jsonBody(CreateInstance) },
    responses: { 201: jsonAnswer(Instance, "The new instance."), ...problems(400, 409, 422) },
  }),
  async (c) => c.json(await createInstance({ ctx: c.get("ctx"), input: c.req.valid("json") }), 201),
);

instanceRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/instances",
    operationId: "listInstances",
    tags: ["Instances"],
    summary: "List instances",
    security: CONTROL_PLANE,
    request: { query: PageQuery },
    responses: { 200: jsonAnswer(pageOf(Instance), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listInstances({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);

instanceRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/instances/{id}",
    operationId: "getInstance",
    tags: ["Instances"],
    summary: "Get an instance",
    security: CONTROL_PLANE,
    request: { params: IdParam },
    responses: { 200: jsonAnswer(Instance, "The instance."), ...problems(404) },
  }),
  async (c) => c.json(await getInstance({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

instanceRoutes.openapi(
  createRoute({
    method: "patch",
    path: "/v1/instances/{id}",
    operationId: "updateInstance",
    tags: ["Instances"],
    summary: "Change an instance",
    security: CONTROL_PLANE,
    request: { params: IdParam, body: jsonBody(UpdateInstance) },
    responses: { 200: jsonAnswer(Instance, "The instance as it is now."), ...problems(400, 404, 409, 422) },
  }),
  async (c) => {
    const input = { id: c.req.valid("param").id, fields: c.req.valid("json") };
    return c.json(await updateInstance({ ctx: c.get("ctx"), input }), 200);
  },
);
