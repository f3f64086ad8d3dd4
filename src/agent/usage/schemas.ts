import { z } from "@hono/zod-openapi";

export const USAGE_DIMENSIONS = [
  "day",
  "model",
  "tool",
  "plugin",
  "instance",
  "external_user",
  "gateway_key",
] as const;

const ROWS_MAX = 1_000;
const Filter = z.string().max(200).optional();

export const UsageQuery = z.object({
  groupBy: z.enum(USAGE_DIMENSIONS).default("day"),
  from: z.iso
    .datetime({ offset: true })
    .optional()
    .openapi({ description: "Thirty days before `to` unless told." }),
  to: z.iso
    .datetime({ offset: true })
    .optional()
    .openapi({ description: "Now unless told; not included. At most 366 days after `from`." }),
  instanceId: Filter,
  model: Filter,
  plugin: Filter.openapi({ description: "A plugin's slug." }),
  externalUser: Filter,
  gatewayKeyId: Filter,
  limit: z.coerce.number().int().min(1).max(ROWS_MAX).default(ROWS_MAX),
  cursor: z.string().max(500).optional(),
});
export type UsageQuery = z.infer<typeof UsageQuery>;

export const UsageSummary = z
  .object({
    key: z.string().openapi({
      description:
        "The day (UTC), the model's alias, the tool as `<slug>__<tool>`, the plugin's slug, the number's id, the client's label for its user, or the gateway key's id.",
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
