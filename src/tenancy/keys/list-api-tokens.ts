import { and, desc, eq, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { apiToken } from "../../db/schema/index.ts";
import { type Page, type PageInput, toPage } from "../../kernel/page.ts";
import { presentApiToken } from "./present.ts";
import type { ApiToken } from "./schemas.ts";

/** The organisation's API tokens, newest first, revoked and expired ones included. */
export async function listApiTokens({ ctx, input }: { ctx: Ctx; input: PageInput }): Promise<Page<ApiToken>> {
  const organizationId = requirePermission(ctx, "tokens:manage");
  const rows = await ctx.db
    .select()
    .from(apiToken)
    .where(
      and(
        eq(apiToken.organizationId, organizationId),
        input.cursor === undefined ? undefined : lt(apiToken.id, input.cursor),
      ),
    )
    .orderBy(desc(apiToken.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, presentApiToken);
}
