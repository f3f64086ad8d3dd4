import { and, asc, eq, gte, lt, type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { usageEvent } from "../../db/schema/index.ts";
import type { USAGE_DIMENSIONS, UsageQuery, UsageSummary } from "./schemas.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
const DEFAULT_DAYS = 30;
/** Two years of days, or more tools than an organisation has. */
const ROWS_MAX = 1_000;
const MILLION = 1_000_000;

/** What each dimension groups by; null leaves an event out: a model call belongs to no tool. */
const KEYS: Readonly<Record<(typeof USAGE_DIMENSIONS)[number], SQL<string>>> = {
  day: sql`strftime('%Y-%m-%d', ${usageEvent.createdAt} / 1000, 'unixepoch')`,
  model: sql`${usageEvent.model}`,
  tool: sql`case when ${usageEvent.kind} = 'tool' then coalesce(${usageEvent.pluginSlug} || '__', '') || ${usageEvent.tool} end`,
  plugin: sql`${usageEvent.pluginSlug}`,
};

/** What the organisation used between two times, summed by a dimension and by currency, in the order of the keys. */
export async function summarizeUsage({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: UsageQuery;
}): Promise<{ data: UsageSummary[]; nextCursor: null }> {
  const organizationId = requirePermission(ctx, "usage:read");
  const to = input.to === undefined ? ctx.clock.now() : Date.parse(input.to);
  const from = input.from === undefined ? to - DEFAULT_DAYS * DAY_MS : Date.parse(input.from);
  const key = KEYS[input.groupBy];
  const countOf = (condition: SQL) => sql<number>`sum(case when ${condition} then 1 else 0 end)`;
  const rows = await ctx.db
    .select({
      key: sql<string>`${key}`.as("usage_key"),
      currency: usageEvent.currency,
      modelCalls: countOf(sql`${usageEvent.kind} = 'model'`),
      toolCalls: countOf(sql`${usageEvent.kind} = 'tool'`),
      failedCalls: countOf(sql`${usageEvent.status} <> 'ok'`),
      inputTokens: sql<number>`sum(${usageEvent.inputTokens})`,
      outputTokens: sql<number>`sum(${usageEvent.outputTokens})`,
      averageLatencyMs: sql<number>`cast(round(avg(${usageEvent.latencyMs})) as integer)`,
      costMillionths: sql<number | null>`sum(${usageEvent.costMillionths})`,
    })
    .from(usageEvent)
    .where(
      and(
        eq(usageEvent.organizationId, organizationId),
        gte(usageEvent.createdAt, from),
        lt(usageEvent.createdAt, to),
        sql`${key} is not null`,
        input.instanceId === undefined ? undefined : eq(usageEvent.instanceId, input.instanceId),
      ),
    )
    .groupBy(sql`usage_key`, usageEvent.currency)
    .orderBy(asc(sql`usage_key`), asc(usageEvent.currency))
    .limit(ROWS_MAX);
  return {
    data: rows.map(({ costMillionths, ...row }) => ({
      ...row,
      cost: costMillionths === null ? null : costMillionths / MILLION,
    })),
    nextCursor: null,
  };
}
