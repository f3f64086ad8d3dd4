import { and, desc, eq, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { providerKey } from "../../db/schema/index.ts";
import { type Page, type PageInput, toPage } from "../../kernel/page.ts";
import { presentProviderKey } from "./present.ts";
import type { ProviderKey } from "./schemas.ts";

/** The organisation's provider keys, newest first, revoked ones included. */
export async function listProviderKeys({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: PageInput;
}): Promise<Page<ProviderKey>> {
  const organizationId = requirePermission(ctx, "models:manage");
  const rows = await ctx.db
    .select()
    .from(providerKey)
    .where(
      and(
        eq(providerKey.organizationId, organizationId),
        input.cursor === undefined ? undefined : lt(providerKey.id, input.cursor),
      ),
    )
    .orderBy(desc(providerKey.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, presentProviderKey);
}
