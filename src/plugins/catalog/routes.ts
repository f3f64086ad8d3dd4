import { createRoute, z } from "@hono/zod-openapi";
import { Gate } from "../../contract/gates.ts";
import { DATA_PLANE, jsonAnswer, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { explainCall } from "./explain-call.ts";
import { listTools } from "./list-tools.ts";

const tags = ["Tools"];
const security = DATA_PLANE;
const JsonSchema = z.record(z.string(), z.unknown());

const CatalogTool = z
  .object({
    name: z
      .string()
      .openapi({ description: "What the model calls.", example: "SUPPORT_DESK__create_support_ticket" }),
    plugin: z.string(),
    tool: z.string(),
    description: z.string(),
    inputSchema: JsonSchema,
    outputSchema: JsonSchema.nullable(),
    sideEffects: z.boolean(),
    sensitive: z.boolean(),
  })
  .openapi("CatalogTool");

const OpenAiTools = z.object({
  data: z.array(
    z.object({
      type: z.literal("function"),
      function: z.object({ name: z.string(), description: z.string(), parameters: JsonSchema }),
    }),
  ),
});

const McpTools = z.object({
  tools: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      inputSchema: JsonSchema,
      outputSchema: JsonSchema.optional(),
    }),
  ),
});

const Explanation = z
  .object({
    allowed: z.boolean(),
    gate: Gate.optional(),
    code: z.string().optional(),
    message: z.string().optional(),
    hint: z.string().optional(),
    trace: z.array(z.object({ gate: Gate, passed: z.boolean(), detail: z.string() })),
  })
  .openapi("Explanation");

export const catalogRoutes = createRouter();

catalogRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/instances/{instanceId}/tools",
    operationId: "listTools",
    tags,
    security,
    summary: "The tools that a number's agent may call",
    request: {
      params: z.object({ instanceId: z.string() }),
      query: z.object({ format: z.enum(["kivuko", "openai", "mcp"]).default("kivuko") }),
    },
    responses: {
      200: jsonAnswer(
        z.union([z.object({ data: z.array(CatalogTool) }), OpenAiTools, McpTools]),
        "In the format asked for.",
      ),
      ...problems(404, 422),
    },
  }),
  async (c) => {
    const tools = await listTools({ ctx: c.get("ctx"), input: c.req.valid("param") });
    switch (c.req.valid("query").format) {
      case "openai":
        return c.json(
          {
            data: tools.map(({ name, description, inputSchema }) => ({
              type: "function" as const,
              function: { name, description, parameters: inputSchema },
            })),
          },
          200,
        );
      case "mcp":
        return c.json(
          {
            tools: tools.map(({ name, description, inputSchema, outputSchema }) => ({
              name,
              description,
              inputSchema,
              ...(outputSchema && { outputSchema }),
            })),
          },
          200,
        );
      case "kivuko":
        return c.json({ data: tools }, 200);
    }
  },
);

catalogRoutes.openapi(
  createRoute({
    method: "post",
    path: "/v1/instances/{instanceId}/tools/{toolName}/why",
    operationId: "explainCall",
    tags,
    security,
    summary: "Which gate would refuse a call, and what to do about it",
    request: { params: z.object({ instanceId: z.string(), toolName: z.string() }) },
    responses: { 200: jsonAnswer(Explanation, "The decision and its trace."), ...problems(404) },
  }),
  async (c) => c.json(await explainCall({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);
