/** Small parts that routes are described with. */
import { z } from "@hono/zod-openapi";
import { Problem } from "./problem-schema.ts";

/** Query of every list. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(200).optional().openapi({ description: "`nextCursor` of the page before." }),
});

/** Body of every list. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() });
}

export function jsonBody<T extends z.ZodType>(schema: T) {
  return { content: { "application/json": { schema } }, required: true } as const;
}

export function jsonAnswer<T extends z.ZodType>(schema: T, description: string) {
  return { content: { "application/json": { schema } }, description } as const;
}

const PROBLEM_DESCRIPTIONS = {
  400: "The request is malformed.",
  401: "No credential, or one that is not valid.",
  403: "The credential may not do this.",
  404: "It does not exist for this organisation.",
  409: "The state of things does not allow it now.",
  413: "The body is larger than the limit.",
  415: "The media type is not supported.",
  422: "The input is wrong; `issues` names every problem.",
  429: "Too many requests; see `Retry-After`.",
  502: "The other side failed.",
} as const;

/** Declares the refusals of a route. 401 and 403 are always among them. */
export function problems<S extends keyof typeof PROBLEM_DESCRIPTIONS>(...statuses: S[]) {
  const one = (status: keyof typeof PROBLEM_DESCRIPTIONS) => ({
    content: { "application/problem+json": { schema: Problem } },
    description: PROBLEM_DESCRIPTIONS[status],
  });
  const all = new Set<keyof typeof PROBLEM_DESCRIPTIONS>([401, 403, ...statuses]);
  return Object.fromEntries([...all].map((status) => [status, one(status)])) as Record<
    S | 401 | 403,
    ReturnType<typeof one>
  >;
}

/** Security schemes by name, as `/openapi.json` declares them; the reference's samples use the first. */
export const CONTROL_PLANE = [{ apiToken: [] }, { session: [] }];
export const DATA_PLANE = [{ gatewayKey: [] }, { apiToken: [] }];

/** `Response`-bodied times are ISO 8601 UTC. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
