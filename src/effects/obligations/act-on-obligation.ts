import { and, eq, lte, sql } from "drizzle-orm";
import type { PluginActor } from "../../access/actor.ts";
import { type Ctx, copyWithActor } from "../../access/context.ts";
import { obligation } from "../../db/schema/index.ts";
import { createEscalation } from "../escalations/index.ts";
import { type Customer, findChatId, findCustomer, permissionFor } from "./find-customer.ts";
import { findPlugin } from "./find-plugin.ts";
import { ACT_LEASE_MS, ACT_TRIES } from "./limits.ts";
import type { ObligationRow } from "./obligation-row.ts";
import { sendReminder } from "./send-reminder.ts";
import { type Outcome, settleObligation } from "./settle-obligation.ts";

/**
 * Reminds or escalates one obligation that is due. Claimed first, so that two messages do it once; a try that died is
 * made again after its lease and finds what it did. Grants and permissions count as they are now, and the way out has
 * the last word. Throws for what may pass, such as a conversation that cannot be reached.
 */
export async function actOnObligation({
  ctx,
  input: { organizationId, id },
}: {
  ctx: Ctx;
  input: { organizationId: string; id: string };
}): Promise<void> {
  const row = await claim(ctx, organizationId, id);
  if (row === undefined) {
    return;
  }
  const outcome: Outcome =
    row.attempts > ACT_TRIES ? { state: "failed", reason: "tries_exhausted" } : await act(ctx, row);
  await settleObligation(ctx, row, outcome);
}

async function claim(ctx: Ctx, organizationId: string, id: string): Promise<ObligationRow | undefined> {
  const now = ctx.clock.now();
  const [row] = await ctx.db
    .update(obligation)
    .set({ attempts: sql`${obligation.attempts} + 1`, nextActAt: now + ACT_LEASE_MS })
    .where(
      and(
        eq(obligation.id, id),
        eq(obligation.organizationId, organizationId),
        eq(obligation.state, "waiting"),
        lte(obligation.nextActAt, now),
      ),
    )
    .returning();
  return row;
}

async function act(ctx: Ctx, row: ObligationRow): Promise<Outcome> {
  const actor = await findPlugin(ctx, row);
  if (actor === undefined) {
    return { state: "blocked", reason: "plugin_not_granted" };
  }
  const permission = permissionFor(row);
  if (permission === null) {
    return { state: "blocked", reason: "recipient_not_known" };
  }
  if (!actor.permissions.has("plugin:obligations:request") || !actor.permissions.has(permission)) {
    return { state: "blocked", reason: "permission_not_granted" };
  }
  const customer = await findCustomer(ctx, row);
  if (customer === null) {
    return { state: "blocked", reason: "recipient_not_known" };
  }
  return row.action === "reminder" ? sendReminder(ctx, row, customer) : escalate(ctx, row, actor, customer);
}

/** A chat has one open escalation, so a second one for the same customer joins it. */
async function escalate(
  ctx: Ctx,
  row: ObligationRow,
  actor: PluginActor,
  { chatObjectId }: Customer,
): Promise<Outcome> {
  const chatId = await findChatId(ctx, row.organizationId, chatObjectId);
  if (chatId === null) {
    return { state: "blocked", reason: "recipient_not_known" };
  }
  await createEscalation({
    ctx: copyWithActor(ctx, actor),
    input: {
      chatId,
      reason: row.title,
      summary: row.message,
      urgency: row.urgency ?? "normal",
      source: { kind: "obligation", id: row.id },
    },
  });
  return { state: "sent", reason: null };
}
