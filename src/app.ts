/**
 * Middleware order, mounts, error mapping. The tool call and the gateway are mounted first and alone, so that no
 * middleware stands in their way; everything else loads at its first request and stays loaded.
 */
import { Hono } from "hono";
import { CHAT_COMPLETIONS_PATH, getModels, MODELS_PATH, postChatCompletion } from "./agent/gateway/routes.ts";
import { createBase } from "./context.ts";
import { toProblem } from "./http/problem.ts";
import { newId } from "./kernel/ids.ts";
import { createLog } from "./kernel/log.ts";
import { callTool, TOOL_CALL_PATH } from "./plugins/dispatch/routes.ts";

export const app = new Hono<{ Bindings: Env }>();

app.post(TOOL_CALL_PATH, (c) => callTool(c.req.raw, c.req.param(), createBase(c.env, c.executionCtx)));

app.post(CHAT_COMPLETIONS_PATH, (c) => postChatCompletion(c.req.raw, createBase(c.env, c.executionCtx)));
app.get(MODELS_PATH, (c) => getModels(c.req.raw, createBase(c.env, c.executionCtx)));

app.all("*", async (c) => {
  const { controlPlane } = await import("./control-plane.ts");
  return controlPlane.fetch(c.req.raw, c.env, c.executionCtx);
});

app.onError((error) => {
  const requestId = newId("request");
  createLog({ requestId }).error("request_failed", { error });
  return toProblem(error, requestId);
});
