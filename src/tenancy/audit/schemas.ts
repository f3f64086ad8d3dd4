import { z } from "@hono/zod-openapi";
import { PageQuery } from "../../http/openapi.ts";

export const AuditQuery = PageQuery.extend({
  subjectId: z.string().max(200).optional().openapi({ description: "Only what was done to this object." }),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

export const AuditEntry = z
  .object({
    id: z.string(),
    actor: z.object({ kind: z.string(), id: z.string() }),
    action: z.string().openapi({ example: "grant.revoked" }),
    subject: z.object({ type: z.string(), id: z.string() }),
    detail: z.record(z.string(), z.unknown()),
    requestId: z.string(),
    createdAt: z.iso.datetime(),
  })
  .openapi("AuditEntry");
export type AuditEntry = z.infer<typeof AuditEntry>;
