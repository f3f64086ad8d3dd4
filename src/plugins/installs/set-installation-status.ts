import { and, eq, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { installation } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { findInstallation, type InstallationRow } from "./find-installation.ts";
import { presentInstallation } from "./schemas.ts";

/** Switches an installation off (its tools vanish everywhere, grants stay) or on again. */
export async function setInstallationStatus({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: { id: string; status: "active" | "disabled" };
}) {
  const organizationId = requirePermission(ctx, "plugins:install");
  const row = requireLiving(await findInstallation({ db: ctx.db, organizationId, id: input.id }));
  const now = ctx.clock.now();
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: input.status === "active" ? "installation.enabled" : "installation.disabled",
      subjectType: "installation",
      subjectId: row.id,
    },
    [
      ctx.db
        .update(installation)
        .set({ status: input.status, updatedAt: now })
        .where(
          and(
            eq(installation.id, row.id),
            eq(installation.organizationId, organizationId),
            ne(installation.status, input.status),
            ne(installation.status, "uninstalled"),
          ),
        ),
    ],
  );
  return presentInstallation(await findInstallation({ db: ctx.db, organizationId, id: row.id }));
}

/** The row, unless it is only history. Throws `installation_uninstalled` (409). */
export function requireLiving(row: InstallationRow): InstallationRow {
  if (row.status === "uninstalled") {
    throw new AppError(
      "conflict",
      "installation_uninstalled",
      `The installation ${row.id} was uninstalled.`,
      {
        hint: "Review and install the plugin again.",
      },
    );
  }
  return row;
}
