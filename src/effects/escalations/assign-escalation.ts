import { and, eq, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { escalation, member } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { alreadyResolved, findEscalation } from "./find-escalation.ts";
import { type AssignEscalation, type Escalation, presentEscalation } from "./schemas.ts";

/**
 * Says whom the escalation is meant for; who has the chat stays as it is. Throws `assignee_unknown` for somebody who is
 * not in the organisation, and `escalation_resolved`.
 */
export async function assignEscalation({
  ctx,
  input: { id, to },
}: {
  ctx: Ctx;
  input: { id: string; to: AssignEscalation };
}): Promise<Escalation> {
  const organizationId = requirePermission(ctx, "escalations:write");
  await findEscalation(ctx, organizationId, id);
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
