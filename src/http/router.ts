import { OpenAPIHono } from "@hono/zod-openapi";
import type { Ctx, CtxBase } from "../access/context.ts";
import { AppError, type Issue } from "../kernel/errors.ts";

/** Variables that middleware sets before a route runs: `base` everywhere, `ctx` behind authentication. */
export type HttpEnv = { Bindings: Env; Variables: { base: CtxBase; ctx: Ctx } };

/** A router whose routes answer invalid input with every problem at once, each with its JSON pointer. */
export function createRouter(): OpenAPIHono<HttpEnv> {
  return new OpenAPIHono<HttpEnv>({
    defaultHook: (result) => {
      if (result.success) {
        return;
      }
      const issues: Issue[] = result.error.issues.map((issue) => ({
        pointer: `/${issue.path.map((key) => String(key).replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`,
        code: issue.code,
        message: issue.message,
      }));
      throw new AppError("invalid", "invalid_request", describe(result.target, issues), { issues });
    },
  });
}

function describe(target: string, issues: readonly Issue[]): string {
  const place = target === "json" ? "body" : target === "param" ? "path" : target;
  const first = issues[0];
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return first
    ? `The ${place} is not as expected at ${first.pointer}: ${first.message}${more}`
    : `The ${place} is not as expected.`;
}
