import { and, asc, eq, gte, lt, type SQL, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { usageEvent } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";
import type { USAGE_DIMENSIONS, UsageQuery, UsageSummary } from "./schemas.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
const DEFAULT_DAYS = 30;
/** A year, and the day that it may have more: what one question may make the database read. */
const RANGE_MAX_DAYS = 366;
const MILLION = 1_000_000;
/** More currencies than one key has prices in: the rows of a page's last key are read with it. */
const CURRENCIES_MAX = 20;

/** What each dimension groups by; null leaves an event out: a model call belongs to no tool. */
const KEYS: Readonly<Record<(typeof USAGE_DIMENSIONS)[number], SQL<string>>> = {
  day: sql`strftime('%Y-%m-%d', ${usageEvent.createdAt} / 1000, 'unixepoch')`,
  model: sql`${usageEvent.model}`,
  tool: sql`case when ${usageEvent.kind} = 'tool' then coalesce(${usageEvent.pluginSlug} || '__', '') || ${usageEvent.tool} end`,
  plugin: sql`${usageEvent.pluginSlug}`,
  instance: sql`${usageEvent.instanceId}`,
  external_user: sql`${usageEvent.externalUser}`,
  gateway_key: sql`case when ${usageEvent.actorKind} = 'gateway_key' then ${usageEvent.actorId} end`,
};

/**
 * What the organisation used between two times, summed by a dimension and by currency, in the order of the keys. A page
 * ends with a whole key. Throws `usage_range_invalid` for times that are out of order or too far apart.
 */
export async function summarizeUsage({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: UsageQuery;
}): Promise<{ data: UsageSummary[]; nextCursor: string | null }> {
  const organizationId = requirePermission(ctx, "usage:read");
  const to = input.to === undefined ? ctx.clock.now() : Date.parse(input.to);
  const from = input.from === undefined ? to - DEFAULT_DAYS * DAY_MS : Date.parse(input.from);
  if (from > to || to - from > RANGE_MAX_DAYS * DAY_MS) {
    throw rangeInvalid();
  }
  const key = KEYS[input.groupBy];
  const { cursor, limit } = input;
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
        cursor === undefined ? undefined : sql`${key} > ${cursor}`,
        ...filtersOf(input),
      ),
    )
    .groupBy(sql`usage_key`, usageEvent.currency)
    .orderBy(asc(sql`usage_key`), asc(usageEvent.currency))
    .limit(limit + CURRENCIES_MAX);
  const page = wholeKeys(rows, limit);
  return {
    data: page.map(({ costMillionths, ...row }) => ({
      ...row,
      cost: costMillionths === null ? null : costMillionths / MILLION,
    })),
    nextCursor: page.length < rows.length ? (page.at(-1)?.key ?? null) : null,
  };
}

/** As many rows as the page may have, and those that are left of its last key. */
function wholeKeys<Row extends { readonly key: string }>(
  rows: readonly Row[],
  limit: number,
): readonly Row[] {
  const last = rows[limit - 1]?.key;
  const end = last === undefined ? rows.length : rows.findLastIndex(({ key }) => key === last) + 1;
  return rows.slice(0, end);
}

function filtersOf(input: UsageQuery): SQL[] {
  const { instanceId, model, plugin, externalUser, gatewayKeyId } = input;
  return [
    ...(instanceId === undefined ? [] : [eq(usageEvent.instanceId, instanceId)]),
    ...(model === undefined ? [] : [eq(usageEvent.model, model)]),
    ...(plugin === undefined ? [] : [eq(usageEvent.pluginSlug, plugin)]),
    ...(externalUser === undefined ? [] : [eq(usageEvent.externalUser, externalUser)]),
    ...(gatewayKeyId === undefined
      ? []
      : [eq(usageEvent.actorKind, "gateway_key"), eq(usageEvent.actorId, gatewayKeyId)]),
  ];
}

function rangeInvalid(): AppError {
  const message = `must be after \`from\`, and at most ${RANGE_MAX_DAYS} days`;
  return new AppError("invalid", "usage_range_invalid", "That is no range of times to sum.", {
    issues: [{ pointer: "/to", code: "usage_range_invalid", message }],
  });
}
