/** The door for plugins, at `/bridge/v1`. Mounted from the table of calls; the chain is the same for all. */
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { DryRun } from "../contract/bridge.ts";
import { BRIDGE_PATH } from "../contract/bridge-http.ts";
import { jsonAnswer, jsonBody, problems } from "../http/openapi.ts";
import { createRouter } from "../http/router.ts";
import type { BridgeCall } from "./bridge-call.ts";
import { BRIDGE_CALLS } from "./bridge-calls.ts";
import { handleBridgeCall } from "./handle-bridge-call.ts";

export const bridgeRoutes = createRouter();

for (const call of BRIDGE_CALLS) {
  bridgeRoutes.on(call.method, BRIDGE_PATH + call.path, (c) =>
    handleBridgeCall({ base: c.get("base"), call, request: c.req.raw, params: c.req.param() }),
  );
}

const PLACEHOLDER = /:(\w+)/g;

/** Adds the calls to the OpenAPI document; their handler stands outside of the described routes. */
export function describeBridge(registry: OpenAPIHono["openAPIRegistry"]): void {
  registry.registerComponent("securitySchemes", "bridgeToken", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "A token that the plugin signs with its secret, for one body: docs/bridge.md.",
  });
  // A copy: what was made before zod was extended has no `openapi`.
  const Rehearsal = DryRun.clone().openapi("BridgeDryRun");
  for (const call of BRIDGE_CALLS) {
    registry.registerPath(describe(call, Rehearsal));
  }
}

function describe(
  call: BridgeCall,
  Rehearsal: typeof DryRun,
): Parameters<OpenAPIHono["openAPIRegistry"]["registerPath"]>[0] {
  const names = [...call.path.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);
  const dryRun = z.enum(["true", "false"]).optional().openapi({
    description: "Walks every gate and answers what would happen, changing nothing.",
  });
  const query = z.object({ dryRun }).extend(call.query instanceof z.ZodObject ? call.query.shape : {});
  const isChange = call.method !== "GET";
  const answer = z.union([call.answer, Rehearsal]);
  return {
    method: call.method.toLowerCase() as "get",
    path: BRIDGE_PATH + call.path.replaceAll(PLACEHOLDER, "{$1}"),
    operationId: call.operationId,
    tags: ["Bridge"],
    summary: call.summary,
    security: [{ bridgeToken: [] }],
    request: {
      query,
      ...(names.length > 0 && {
        params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))),
      }),
      ...(isChange && { headers: z.object({ "Idempotency-Key": z.string().min(1).max(255) }) }),
      ...(call.body && { body: jsonBody(call.body) }),
    },
    responses: {
      ...problems(400, 404, 409, 413, 415, 422),
      "2XX": jsonAnswer(answer, "Done, or with `dryRun` what would be."),
    },
  };
}
