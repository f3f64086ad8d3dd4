import { and, asc, desc, eq, gt, gte, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { toolCall } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import { toPage } from "../../kernel/page.ts";
import { type CallsQuery, presentCall } from "./schemas.ts";

/** Calls and refusals of the organisation that fit every filter given. `order=asc` with `cursor` follows a log. */
export async function listCalls({ ctx, input }: { ctx: Ctx; input: CallsQuery }) {
  const organizationId = requirePermission(ctx, "calls:read");
  const isAscending = input.order === "asc";
  const rows = await ctx.db
    .select()
    .from(toolCall)
    .where(
      and(
        eq(toolCall.organizationId, organizationId),
        input.instanceId ? eq(toolCall.instanceId, input.instanceId) : undefined,
        input.installationId ? eq(toolCall.installationId, input.installationId) : undefined,
        input.tool ? eq(toolCall.tool, input.tool) : undefined,
        input.status ? eq(toolCall.status, input.status) : undefined,
        input.gate ? eq(toolCall.gate, input.gate) : undefined,
        input.from ? gte(toolCall.createdAt, Date.parse(input.from)) : undefined,
        input.to ? lt(toolCall.createdAt, Date.parse(input.to)) : undefined,
        input.cursor ? (isAscending ? gt : lt)(toolCall.id, input.cursor) : undefined,
      ),
    )
    .orderBy((isAscending ? asc : desc)(toolCall.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, presentCall);
}

/** One call. Throws `call_not_found`. */
export async function getCall({ ctx, input }: { ctx: Ctx; input: { id: string } }) {
  const organizationId = requirePermission(ctx, "calls:read");
  const row = await ctx.db
    .select()
    .from(toolCall)
    .where(and(eq(toolCall.id, input.id), eq(toolCall.organizationId, organizationId)))
    .get();
  if (row === undefined) {
    throw notFound("call", input.id);
  }
  return presentCall(row);
}
