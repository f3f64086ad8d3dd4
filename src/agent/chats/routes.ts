import { createRoute } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, jsonBody, PageQuery, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { listChats } from "./list-chats.ts";
import { listMessages } from "./list-messages.ts";
import { releaseChat } from "./release-chat.ts";
import { Chat, ChatMessage, IdParam, WriteMessage, WrittenMessage } from "./schemas.ts";
import { takeChat } from "./take-chat.ts";
import { writeMessage } from "./write-message.ts";

const tags = ["Chats"];
const security = CONTROL_PLANE;

export const chatRoutes = createRouter();

chatRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/instances/{id}/chats",
    operationId: "listChats",
    tags,
    security,
    summary: "List an instance's chats",
    request: { params: IdParam, query: PageQuery },
    responses: {
      200: jsonAnswer(pageOf(Chat), "One page, the chat with the latest message first."),
      ...problems(404, 422),
    },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("query") };
    return c.json(await listChats({ ctx: c.get("ctx"), input }), 200);
  },
);

chatRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/chats/{id}/messages",
    operationId: "listChatMessages",
    tags,
    security,
    summary: "Read a chat",
    request: { params: IdParam, query: PageQuery },
    responses: { 200: jsonAnswer(pageOf(ChatMessage), "One page, newest first."), ...problems(404, 422) },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("query") };
    return c.json(await listMessages({ ctx: c.get("ctx"), input }), 200);
  },
);

chatRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/chats/{id}/take",
    operationId: "takeChat",
    tags,
    security,
    summary: "Take a chat over from the agent",
    request: { params: IdParam },
    responses: { 200: jsonAnswer(Chat, "The chat; the agent is silent in it."), ...problems(404) },
  }),
  async (c) => c.json(await takeChat({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

chatRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/chats/{id}/release",
    operationId: "releaseChat",
    tags,
    security,
    summary: "Hand a chat back to the agent",
    request: { params: IdParam },
    responses: { 200: jsonAnswer(Chat, "The chat; the agent answers in it again."), ...problems(404) },
  }),
  async (c) => c.json(await releaseChat({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

chatRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/chats/{id}/messages",
    operationId: "writeChatMessage",
    tags,
    security,
    summary: "Write to the customer as a person",
    request: { params: IdParam, body: jsonBody(WriteMessage) },
    responses: {
      201: jsonAnswer(WrittenMessage, "The message and how far it came."),
      ...problems(400, 404, 409, 422),
    },
  }),
  async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("json") };
    return c.json(await writeMessage({ ctx: c.get("ctx"), input }), 201);
  },
);
