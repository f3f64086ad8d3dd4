import { createRoute } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { readAccountProblem } from "./account-problem.ts";
import { describeActor } from "./describe-actor.ts";
import { loadAuth } from "./load-auth.ts";
import { Me } from "./schemas.ts";

/** Sign-up, sign-in, sessions, organisations, members and invitations, as better-auth serves them. */
export const accountRoutes = createRouter();

accountRoutes.all("/api/auth/*", async (c) => {
  const auth = await loadAuth(c.get("base"));
  const response = await auth.handler(c.req.raw);
  const problem = await readAccountProblem(response);
  if (problem) {
    throw problem;
  }
  return response;
});

/** Behind authentication. */
export const meRoutes = createRouter();

meRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/me",
    operationId: "getMe",
    tags: ["Accounts"],
    summary: "Who am I?",
    description: "The caller as this API sees them, and what they may do.",
    security: CONTROL_PLANE,
    responses: { 200: jsonAnswer(Me, "The caller."), ...problems(404, 422) },
  }),
  (c) => c.json(describeActor({ ctx: c.get("ctx") }), 200),
);
