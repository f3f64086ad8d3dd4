import { and, desc, eq, lt } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { installation } from "../../db/schema/index.ts";
import { type PageInput, toPage } from "../../kernel/page.ts";
import { findInstallation, selectInstallations } from "./find-installation.ts";
import { presentInstallation } from "./schemas.ts";

/** The organisation's installations, newest first, uninstalled ones included. */
export async function listInstallations({ ctx, input }: { ctx: Ctx; input: PageInput }) {
  const organizationId = requirePermission(ctx, "plugins:read");
  const rows = await selectInstallations(ctx.db)
    .where(
      and(
        eq(installation.organizationId, organizationId),
        input.cursor ? lt(installation.id, input.cursor) : undefined,
      ),
    )
    .orderBy(desc(installation.id))
    .limit(input.limit + 1);
  return toPage(rows, input.limit, presentInstallation);
}

/** One installation. Throws `installation_not_found`. */
export async function getInstallation({ ctx, input }: { ctx: Ctx; input: { id: string } }) {
  const organizationId = requirePermission(ctx, "plugins:read");
  return presentInstallation(await findInstallation({ db: ctx.db, organizationId, id: input.id }));
}
