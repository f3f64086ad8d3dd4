import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { instance } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";

export type InstanceRow = typeof instance.$inferSelect;

/**
 * The instance with this id, for verbs that have checked their permission. Throws `instance_not_found` for every id
 * that is not of the actor's organisation, and for all but its own when the actor is a gateway key of one instance or a plugin.
 */
export async function findInstance({
  ctx: { actor, db },
  id,
}: {
  ctx: Pick<Ctx, "actor" | "db">;
  id: string;
}): Promise<InstanceRow> {
  const isOutOfReach =
    actor.organizationId === null ||
    (actor.kind === "gateway_key" && actor.instanceId !== null && actor.instanceId !== id) ||
    (actor.kind === "plugin" && actor.instanceId !== id);
  const row = isOutOfReach
    ? undefined
    : await db
        .select()
        .from(instance)
        .where(and(eq(instance.id, id), eq(instance.organizationId, actor.organizationId)))
        .get();
  if (!row) {
    throw notFound("instance", id);
  }
  return row;
}
