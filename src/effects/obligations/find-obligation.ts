import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { obligation } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import type { ObligationRow } from "./obligation-row.ts";

/** What it takes to ask for obligations, and to take them back. */
export const REQUEST = { control: "obligations:write", bridge: "plugin:obligations:request" } as const;

/** The organisation's obligation; for a plugin its own on its number alone. Throws `obligation_not_found`. */
export async function findObligation(
  { db, actor }: Pick<Ctx, "db" | "actor">,
  organizationId: string,
  id: string,
): Promise<ObligationRow> {
  const isOwn =
    actor.kind === "plugin"
      ? and(eq(obligation.installationId, actor.id), eq(obligation.instanceId, actor.instanceId))
      : undefined;
  const row = await db
    .select()
    .from(obligation)
    .where(and(eq(obligation.id, id), eq(obligation.organizationId, organizationId), isOwn))
    .get();
  if (row === undefined) {
    throw notFound("obligation", id);
  }
  return row;
}
