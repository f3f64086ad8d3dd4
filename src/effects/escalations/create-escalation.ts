import { and, eq, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import type { EscalationUrgency } from "../../contract/escalation-words.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { chat, escalation, instance } from "../../db/schema/index.ts";
import { isUniqueViolation } from "../../db/violations.ts";
import { newId } from "../../kernel/ids.ts";
import { type EscalationRow, findChatObject } from "./find-escalation.ts";
import { type Escalation, presentEscalation } from "./schemas.ts";

type NewEscalation = {
  readonly chatId: string;
  readonly reason: string;
  readonly summary: string;
  readonly urgency: EscalationUrgency;
  /** What asks, such as a tool call, and its id. */
  readonly source: { readonly kind: string; readonly id: string };
};

const MINUTE_MS = 60_000;

/** Any of these lets a plugin ask; which customer it may name is for the bridge's gates. */
const ESCALATION_PERMISSIONS = [
  "plugin:escalations:create:current_chat",
  "plugin:escalations:create:known_contact",
] as const;

/**
 * Calls for a person and pauses the agent in this chat alone. A chat whose escalation is not resolved gets no second
 * one: that one is answered, so that asking twice is as good as once. The row comes before the pause, since a chat that
 * waits without anybody knowing would wait for ever. Throws `chat_not_found`.
 */
export async function createEscalation({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: NewEscalation;
}): Promise<Escalation> {
  // Who may call tools in a chat may ask for help there; whether this tool may was for the gates to say.
  const organizationId = requireEffect(ctx, { control: "tools:call", bridge: ESCALATION_PERMISSIONS });
  const { object, instanceId } = await findChatObject(ctx, organizationId, input.chatId);
  const row =
    (await findUnresolved(ctx, input.chatId)) ?? (await insert(ctx, organizationId, instanceId, input));
  const settings = await ctx.db
    .select({ minutes: instance.escalationWaitMinutes })
    .from(instance)
    .where(and(eq(instance.id, instanceId), eq(instance.organizationId, organizationId)))
    .get();
  const minutes = settings?.minutes ?? null;
  await object.pause({ tellAfterMs: minutes === null ? null : minutes * MINUTE_MS });
  return presentEscalation(row);
}

function findUnresolved({ db }: Pick<Ctx, "db">, chatId: string): Promise<EscalationRow | undefined> {
  return db
    .select()
    .from(escalation)
    .where(and(eq(escalation.chatId, chatId), ne(escalation.state, "resolved")))
    .get();
}

async function insert(
  ctx: Ctx,
  organizationId: string,
  instanceId: string,
  { chatId, reason, summary, urgency, source }: NewEscalation,
): Promise<EscalationRow> {
  const now = ctx.clock.now();
  const row: EscalationRow = {
    id: newId("escalation"),
    organizationId,
    instanceId,
    chatId,
    reason,
    summary,
    urgency,
    state: "open",
    assigneeKind: null,
    assigneeId: null,
    sourceKind: source.kind,
    sourceId: source.id,
    note: null,
    createdAt: now,
    takenAt: null,
    resolvedAt: null,
  };
  try {
    await writeWithAudit(
      ctx.db,
      {
        organizationId,
        actor: ctx.actor,
        requestId: ctx.requestId,
        now,
        action: "escalation.created",
        subjectType: "escalation",
        subjectId: row.id,
        detail: { chatId, urgency },
      },
      [
        ctx.db
          .update(chat)
          .set({ state: "waiting_for_person" })
          .where(and(eq(chat.id, chatId), eq(chat.organizationId, organizationId), eq(chat.state, "agent"))),
        ctx.db.insert(escalation).values(row),
      ],
    );
    return row;
  } catch (error) {
    const known = isUniqueViolation(error) ? await findUnresolved(ctx, chatId) : undefined;
    if (known === undefined) {
      throw error;
    }
    return known;
  }
}
