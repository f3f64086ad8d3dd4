import { createRoute, z } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { UsageQuery, UsageSummary } from "./schemas.ts";
import { summarizeUsage } from "./summarize-usage.ts";

export const usageRoutes = createRouter();

usageRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/usage",
    operationId: "summarizeUsage",
    tags: ["Usage"],
    security: CONTROL_PLANE,
    summary: "Model calls, tool calls, tokens and cost, summed",
    request: { query: UsageQuery },
    responses: {
      200: jsonAnswer(z.object({ data: z.array(UsageSummary), nextCursor: z.null() }), "The sums."),
      ...problems(422),
    },
  }),
  async (c) => c.json(await summarizeUsage({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);
