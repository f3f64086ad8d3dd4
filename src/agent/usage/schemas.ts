import { z } from "@hono/zod-openapi";

export const USAGE_DIMENSIONS = ["day", "model", "tool", "plugin"] as const;

export const UsageQuery = z.object({
  groupBy: z.enum(USAGE_DIMENSIONS).default("day"),
  from: z.iso
    .datetime({ offset: true })
    .optional()
    .openapi({ description: "Thirty days before `to` unless told." }),
  to: z.iso.datetime({ offset: true }).optional().openapi({ description: "Now unless told; not included." }),
  instanceId: z.string().max(200).optional(),
});
export type UsageQuery = z.infer<typeof UsageQuery>;

export const UsageSummary = z
  .object({
    key: z.string().openapi({
      description: "The day (UTC), the model's alias, the tool as `<slug>__<tool>`, or the plugin's slug.",
      example: "2026-11-20",
    }),
    currency: z
      .string()
      .nullable()
      .openapi({ description: "A key has one row for each currency; null where nothing is priced." }),
    modelCalls: z.number().int(),
    toolCalls: z.number().int(),
    failedCalls: z.number().int(),
    inputTokens: z.number().int(),
    outputTokens: z.number().int(),
    averageLatencyMs: z.number().int(),
    cost: z.number().nullable().openapi({
      description: "In the currency's minor unit, with fractions: a call costs less than a cent.",
    }),
  })
  .openapi("UsageSummary");
export type UsageSummary = z.infer<typeof UsageSummary>;
