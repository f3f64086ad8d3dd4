import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { instanceGrant } from "../../db/schema/index.ts";
import { isUniqueViolation } from "../../db/violations.ts";
import { AppError } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { findInstance } from "../../tenancy/instances/index.ts";
import { readGrantable } from "../in-process/index.ts";
import { findInstallation } from "../installs/index.ts";
import { checkSelection, defaultSelection } from "./default-selection.ts";
import { type GrantInput, presentGrant } from "./schemas.ts";

/**
 * Grants an installed plugin to one number, or changes the grant it has. What the input omits keeps its value
 * in an existing grant, and takes the safe default in a new one. Throws 404 for another organisation's number
 * or installation, 409 for one that is not active.
 */
export async function grantPlugin({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: GrantInput & { instanceId: string; installationId: string };
}) {
  const organizationId = requirePermission(ctx, "grants:write");
  const instance = await findInstance({ ctx, id: input.instanceId });
  const installation = await findInstallation({ db: ctx.db, organizationId, id: input.installationId });
  if (installation.status !== "active") {
    throw new AppError("conflict", "installation_not_active", `The installation is ${installation.status}.`, {
      hint: installation.status === "disabled" ? "Enable it first." : "Install the plugin again.",
    });
  }
  const manifest = await readGrantable(installation);
  const current = await ctx.db
    .select()
    .from(instanceGrant)
    .where(
      and(
        eq(instanceGrant.organizationId, organizationId),
        eq(instanceGrant.instanceId, instance.id),
        eq(instanceGrant.installationId, installation.id),
        eq(instanceGrant.status, "active"),
      ),
    )
    .get();
  const fallback = current ?? {
    ...defaultSelection(manifest),
    callsPerMinute: null,
    approvals: {},
    deciders: {},
  };
  const selection = {
    tools: [...new Set(input.tools ?? fallback.tools)],
    permissions: [...new Set(input.permissions ?? fallback.permissions)],
  };
  // What an upgrade removed may linger in a kept selection; only what is asked for now must exist.
  checkSelection(manifest, {
    tools: input.tools ?? [],
    permissions: input.permissions ?? [],
    approvals: Object.keys(input.approvals ?? {}),
    deciders: Object.keys(input.deciders ?? {}),
  });

  const now = ctx.clock.now();
  const settings = {
    ...selection,
    callsPerMinute: input.callsPerMinute === undefined ? fallback.callsPerMinute : input.callsPerMinute,
    approvals: input.approvals ?? fallback.approvals,
    deciders: input.deciders ?? fallback.deciders,
  };
  const row = {
    id: current?.id ?? newId("grant"),
    organizationId,
    instanceId: instance.id,
    installationId: installation.id,
    status: "active" as const,
    ...settings,
    createdBy: current?.createdBy ?? ctx.actor.id,
    createdAt: current?.createdAt ?? now,
    updatedAt: now,
    revokedAt: null,
  };
  try {
    await writeWithAudit(
      ctx.db,
      {
        organizationId,
        actor: ctx.actor,
        requestId: ctx.requestId,
        now,
        action: current ? "grant.changed" : "grant.created",
        subjectType: "grant",
        subjectId: row.id,
        detail: { instanceId: instance.id, slug: installation.slug, ...settings },
      },
      [
        current
          ? ctx.db
              .update(instanceGrant)
              .set({ ...settings, updatedAt: now })
              .where(and(eq(instanceGrant.id, row.id), eq(instanceGrant.status, "active")))
          : ctx.db.insert(instanceGrant).values(row),
      ],
    );
  } catch (error) {
    if (isUniqueViolation(error)) {
      throw new AppError(
        "conflict",
        "grant_exists",
        "The plugin was granted to this number a moment ago. Try again.",
        { cause: error },
      );
    }
    throw error;
  }
  return presentGrant(row, installation.slug);
}
