/** What a problem looks like, for the OpenAPI document. Apart from the mapping, which the hot path needs too. */
import { z } from "@hono/zod-openapi";
import { Gate } from "../contract/gates.ts";

export const Problem = z
  .object({
    type: z.string().openapi({
      example: "/docs/errors#instance_not_found",
      description: "Where the code is explained, relative to the platform.",
    }),
    title: z.string().openapi({ example: "Not found" }),
    status: z.number().int().openapi({ example: 404 }),
    detail: z.string().openapi({ example: "There is no instance inst_01… here." }),
    code: z.string().openapi({ example: "instance_not_found", description: "Stable; branch on this." }),
    requestId: z.string(),
    gate: Gate.optional(),
    permission: z.string().optional().openapi({ description: "The bridge permission that is missing." }),
    hint: z.string().optional().openapi({ description: "What to do about it." }),
    issues: z
      .array(z.object({ pointer: z.string(), code: z.string(), message: z.string() }))
      .optional()
      .openapi({ description: "Every problem of the input, with JSON pointers." }),
  })
  .openapi("Problem");
export type Problem = z.infer<typeof Problem>;
