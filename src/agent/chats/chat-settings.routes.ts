import { createRoute } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, jsonBody, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { getChat, updateChat } from "./chat-settings.ts";
import { ChatDetail, IdParam, UpdateChat } from "./schemas.ts";

const tags = ["Chats"];
const security = CONTROL_PLANE;

export const chatSettingsRoutes = createRouter();

chatSettingsRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/chats/{id}",
    operationId: "getChat",
    tags,
    security,
    summary: "Read a chat: who answers, and when its customer may be written to",
    request: { params: IdParam },
    responses: { 200: jsonAnswer(ChatDetail, "The chat."), ...problems(404) },
  }),
  async (c) => c.json(await getChat({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

chatSettingsRoutes.openapi(
  createRoute({
    method: "patch",
    path: "/v1/chats/{id}",
    operationId: "updateChat",
    tags,
    security,
    summary: "Say where the customer's clock is",
    description:
      "For quiet hours. Until then it is that of the country of their number. What is held is decided anew.",
    request: { params: IdParam, body: jsonBody(UpdateChat) },
    responses: { 200: jsonAnswer(ChatDetail, "The chat."), ...problems(400, 404, 422) },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("json") };
    return c.json(await updateChat({ ctx: c.get("ctx"), input }), 200);
  },
);
