/**
 * Middleware order, mounts, error mapping. The tool call and the gateway are mounted first and alone, so that no
 * middleware stands in their way; everything but the tool call loads at its first request and stays loaded.
 */
import { Hono } from "hono";
import { createBase } from "./context.ts";
import { CHAT_COMPLETIONS_PATH, MODELS_PATH } from "./contract/chat-completions-http.ts";
import { toProblem } from "./http/problem.ts";
import { newId } from "./kernel/ids.ts";
import { createLog } from "./kernel/log.ts";
import { callTool, TOOL_CALL_PATH } from "./plugins/dispatch/routes.ts";

export const app = new Hono<{ Bindings: Env }>();

app.post(TOOL_CALL_PATH, (c) => callTool(c.req.raw, c.req.param(), createBase(c.env, c.executionCtx)));

const loadGateway = () => import("./agent/gateway/routes.ts");
app.post(CHAT_COMPLETIONS_PATH, async (c) =>
  (await loadGateway()).postChatCompletion(c.req.raw, createBase(c.env, c.executionCtx)),
);
app.get(MODELS_PATH, async (c) =>
  (await loadGateway()).getModels(c.req.raw, createBase(c.env, c.executionCtx)),
);
// A name may hold slashes, as the clients send them or as `%2F`.
app.get(`${MODELS_PATH}/:model{.+}`, async (c) =>
  (await loadGateway()).getModel(c.req.raw, c.req.param("model"), createBase(c.env, c.executionCtx)),
);

app.all("*", async (c) => {
  const { controlPlane } = await import("./control-plane.ts");
  return controlPlane.fetch(c.req.raw, c.env, c.executionCtx);
});

app.onError((error) => {
  const requestId = newId("request");
  createLog({ requestId }).error("request_failed", { error });
  return toProblem(error, requestId);
});
