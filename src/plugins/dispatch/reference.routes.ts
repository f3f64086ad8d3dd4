/** The tool call in the OpenAPI document. Apart from its door, so that the hot path loads no schema library. */
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { ToolCallOutcome } from "../../contract/tool-call.ts";
import { DATA_PLANE, jsonAnswer, jsonBody, problems } from "../../http/openapi.ts";

const CallInput = z
  .object({
    input: z
      .record(z.string(), z.unknown())
      .openapi({ description: "The tool's input, as its schema says." }),
    customer: z
      .union([
        z.object({
          phone: z.string().openapi({ description: "E.164. It is hashed; the plugin never sees it." }),
        }),
        z.object({ chatId: z.string().openapi({ description: "A chat of this number." }) }),
      ])
      .optional()
      .openapi({ description: "Whom the call is for." }),
  })
  .openapi("ToolCallInput");

/** Adds the call to the OpenAPI document; its handler is mounted outside of the described routes. */
export function describeToolCall(registry: OpenAPIHono["openAPIRegistry"]): void {
  // A copy: what was made before zod was extended has no `openapi`.
  const Outcome = ToolCallOutcome.clone().openapi("ToolCallOutcome");
  const refusals = problems(400, 404, 413, 422);
  const { content: problem } = refusals[403];
  registry.registerPath({
    method: "post",
    path: "/v1/instances/{instanceId}/tools/{toolName}/calls",
    operationId: "callTool",
    tags: ["Tools"],
    security: DATA_PLANE,
    summary: "Call a tool",
    request: {
      params: z.object({ instanceId: z.string(), toolName: z.string() }),
      body: jsonBody(CallInput),
    },
    responses: {
      ...refusals,
      200: jsonAnswer(
        Outcome,
        "Carried to an end: `ok`, or `error` with a text for the model; or waiting: `pending_approval`.",
      ),
      403: {
        content: { ...jsonAnswer(Outcome, "").content, ...problem },
        description:
          "Refused by a gate, which `gate` names; or a problem: this credential may not call tools.",
      },
      429: jsonAnswer(Outcome, "Refused by the grant's rate limit; see `Retry-After`."),
    },
  });
}
