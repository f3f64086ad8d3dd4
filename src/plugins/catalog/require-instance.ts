import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { notFound } from "../../kernel/errors.ts";
import type { InstanceCatalog } from "./instance-catalog.ts";
import { loadCatalog } from "./load-catalog.ts";

/**
 * The catalog of a number that the actor may call tools on. Another organisation's number, and one that a bound
 * gateway key does not serve, do not exist.
 */
export async function requireInstance({
  ctx,
  instanceId,
}: {
  ctx: Ctx;
  instanceId: string;
}): Promise<InstanceCatalog> {
  const organizationId = requirePermission(ctx, "tools:call");
  const { catalog } = await loadCatalog(ctx, instanceId);
  const { actor } = ctx;
  const isBoundElsewhere =
    actor.kind === "gateway_key" && actor.instanceId !== null && actor.instanceId !== instanceId;
  if (catalog === undefined || catalog.organizationId !== organizationId || isBoundElsewhere) {
    throw notFound("instance", instanceId);
  }
  return catalog;
}
