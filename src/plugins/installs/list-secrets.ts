import { desc, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { pluginSecret } from "../../db/schema/index.ts";
import { isoTime } from "../../http/openapi.ts";
import { findInstallation } from "./find-installation.ts";
import { secretKid } from "./secrets.ts";

/** The states of an installation's secrets, newest first; never their values. */
export async function listSecrets({ ctx, input }: { ctx: Ctx; input: { id: string } }) {
  const organizationId = requirePermission(ctx, "plugins:secrets");
  const { id } = await findInstallation({ db: ctx.db, organizationId, id: input.id });
  const rows = await ctx.db
    .select()
    .from(pluginSecret)
    .where(eq(pluginSecret.installationId, id))
    .orderBy(desc(pluginSecret.version))
    .limit(100);
  return {
    data: rows.map((row) => ({
      kid: secretKid(id, row.version),
      version: row.version,
      status: row.status,
      createdAt: isoTime(row.createdAt),
      expiresAt: row.expiresAt === null ? null : isoTime(row.expiresAt),
    })),
    nextCursor: null,
  };
}
