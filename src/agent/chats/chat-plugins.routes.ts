import { createRoute, z } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, jsonBody, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { listChatPlugins, setChatPlugin } from "./chat-plugins.ts";
import { IdParam } from "./schemas.ts";

const tags = ["Chats"];
const security = CONTROL_PLANE;

const ChatPlugin = z
  .object({ installationId: z.string(), slug: z.string(), enabled: z.boolean() })
  .openapi("ChatPlugin");

export const chatPluginRoutes = createRouter();

chatPluginRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/chats/{id}/plugins",
    operationId: "listChatPlugins",
    tags,
    security,
    summary: "Which of the number's plugins are on in a chat",
    request: { params: IdParam },
    responses: {
      200: jsonAnswer(z.object({ data: z.array(ChatPlugin) }), "All that are granted to the number."),
      ...problems(404),
    },
  }),
  async (c) => c.json(await listChatPlugins({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

chatPluginRoutes.openapi(
  createRoute({
    method: "put",
    path: "/v1/chats/{id}/plugins/{installationId}",
    operationId: "setChatPlugin",
    tags,
    security,
    summary: "Switch a plugin on or off in one chat",
    request: {
      params: IdParam.extend({ installationId: z.string().max(200) }),
      body: jsonBody(z.strictObject({ enabled: z.boolean() })),
    },
    responses: { 200: jsonAnswer(ChatPlugin, "The plugin, as it is now."), ...problems(400, 404, 422) },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("json") };
    return c.json(await setChatPlugin({ ctx: c.get("ctx"), input }), 200);
  },
);
