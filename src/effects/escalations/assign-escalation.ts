import { and, eq, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import type { EscalationAssignee } from "../../contract/escalation.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { escalation, member } from "../../db/schema/index.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { alreadyResolved, type EscalationRow, findEscalation } from "./find-escalation.ts";
import { type Escalation, presentEscalation } from "./schemas.ts";

/**
 * Says whom the escalation is meant for; who has the chat stays as it is. Throws `assignee_unknown` for somebody who is
 * not in the organisation, and `escalation_resolved`. For a plugin there is no other escalation than its own.
 */
export async function assignEscalation({
  ctx,
  input: { id, to },
}: {
  ctx: Ctx;
  input: { id: string; to: EscalationAssignee };
}): Promise<Escalation> {
  const organizationId = requireEffect(ctx, {
    control: "escalations:write",
    bridge: "plugin:escalations:assign",
  });
  await findReachable(ctx, organizationId, id);
  if ("userId" in to) {
    await requireMember(ctx, organizationId, to.userId);
  }
  const assignee =
    "userId" in to
      ? { assigneeKind: "user" as const, assigneeId: to.userId }
      : { assigneeKind: "queue" as const, assigneeId: to.queue };
  const changed = await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now: ctx.clock.now(),
      action: "escalation.assigned",
      subjectType: "escalation",
      subjectId: id,
      detail: assignee,
    },
    [
      ctx.db
        .update(escalation)
        .set(assignee)
        .where(
          and(
            eq(escalation.id, id),
            eq(escalation.organizationId, organizationId),
            ne(escalation.state, "resolved"),
          ),
        ),
    ],
  );
  if (changed === 0) {
    throw alreadyResolved();
  }
  return presentEscalation(await findEscalation(ctx, organizationId, id));
}

/** What a plugin has not asked for is not there for it. Throws `escalation_not_found`. */
export async function findReachable(
  ctx: Pick<Ctx, "db" | "actor">,
  organizationId: string,
  id: string,
): Promise<EscalationRow> {
  const row = await findEscalation(ctx, organizationId, id);
  const { actor } = ctx;
  if (
    actor.kind === "plugin" &&
    !(row.sourceKind === "plugin" && row.sourceId === actor.id && row.instanceId === actor.instanceId)
  ) {
    throw notFound("escalation", id);
  }
  return row;
}

async function requireMember({ db }: Pick<Ctx, "db">, organizationId: string, userId: string): Promise<void> {
  const row = await db
    .select({ id: member.id })
    .from(member)
    .where(and(eq(member.organizationId, organizationId), eq(member.userId, userId)))
    .get();
  if (!row) {
    throw new AppError("invalid", "assignee_unknown", "Nobody in the organisation has that id.", {
      issues: [{ pointer: "/userId", code: "assignee_unknown", message: "must be a member's id" }],
    });
  }
}
