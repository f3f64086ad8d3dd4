import { createRoute } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, pageOf, problems } from "../../http/openapi.ts";
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
    description:
      "By one dimension; the filters narrow what is summed, so `groupBy=day&model=…` is one model day by day.",
    request: { query: UsageQuery },
    responses: {
      200: jsonAnswer(pageOf(UsageSummary), "The sums, in the order of their keys."),
      ...problems(422),
    },
  }),
  async (c) => c.json(await summarizeUsage({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);
