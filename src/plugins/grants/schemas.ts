import { z } from "@hono/zod-openapi";
import { APPROVAL_RULES, DECIDERS } from "../../contract/approvals.ts";
import type { instanceGrant } from "../../db/schema/index.ts";
import { isoTime } from "../../http/openapi.ts";

/** The highest limit that one counter object serves comfortably (about 1,000 requests a second is its own cap). */
const CALLS_PER_MINUTE_MAX = 10_000;

const ToolName = z.string().max(64);

export const GrantInput = z
  .object({
    tools: z
      .array(z.string().max(64))
      .max(128)
      .optional()
      .openapi({ description: "Tools to switch on. Omitted: every tool that is not sensitive." }),
    permissions: z
      .array(z.string().max(200))
      .max(200)
      .optional()
      .openapi({ description: "Permission keys to grant. Omitted: those that the plugin marks `default`." }),
    callsPerMinute: z
      .number()
      .int()
      .min(1)
      .max(CALLS_PER_MINUTE_MAX)
      .nullable()
      .optional()
      .openapi({ description: "Calls a minute for each tool on this number; null for no limit." }),
    approvals: z
      .record(ToolName, z.enum(APPROVAL_RULES))
      .optional()
      .openapi({
        description:
          "By tool: `always` waits for an approval, `never` does not. A tool that is not named waits when it is " +
          "`sensitive`, and when it has `sideEffects` in a chat that a person takes part in.",
        example: { refund: "always" },
      }),
    deciders: z
      .record(ToolName, z.enum(DECIDERS))
      .optional()
      .openapi({
        description:
          "By tool: `customer` lets the customer of the chat confirm their own request. Not named: `staff`, who may " +
          "decide in every case.",
        example: { cancel_order: "customer" },
      }),
  })
  .openapi("GrantInput");
export type GrantInput = z.infer<typeof GrantInput>;

export const Grant = z
  .object({
    id: z.string(),
    instanceId: z.string(),
    installationId: z.string(),
    slug: z.string(),
    status: z.enum(["active", "revoked"]),
    tools: z.array(z.string()),
    permissions: z.array(z.string()),
    callsPerMinute: z.number().int().nullable(),
    approvals: z.record(z.string(), z.enum(APPROVAL_RULES)),
    deciders: z.record(z.string(), z.enum(DECIDERS)),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi("Grant");

export function presentGrant(row: typeof instanceGrant.$inferSelect, slug: string) {
  return {
    id: row.id,
    instanceId: row.instanceId,
    installationId: row.installationId,
    slug,
    status: row.status,
    tools: row.tools,
    permissions: row.permissions,
    callsPerMinute: row.callsPerMinute,
    approvals: row.approvals,
    deciders: row.deciders,
    createdAt: isoTime(row.createdAt),
    updatedAt: isoTime(row.updatedAt),
  };
}
