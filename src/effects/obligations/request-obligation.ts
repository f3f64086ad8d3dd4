import { and, eq } from "drizzle-orm";
import type { PluginActor } from "../../access/actor.ts";
import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import type { ObligationTerms } from "../../contract/obligations.ts";
import { obligation } from "../../db/schema/index.ts";
import { AppError, type Issue } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { findInstance } from "../../tenancy/instances/index.ts";
import type { ResolvedRecipient } from "../recipients.ts";
import { findTemplateIssue } from "../template-issue.ts";
import { obligationPhonePurpose, permissionFor } from "./find-customer.ts";
import { findObligation, REQUEST } from "./find-obligation.ts";
import { DUE_AHEAD_MAX_MS, OPEN_PER_INSTALLATION, TICK_MS } from "./limits.ts";
import type { ObligationRow } from "./obligation-row.ts";
import { sendWork } from "./send-work.ts";
import { countOpen } from "./store-due.ts";
import { whenClosedOf } from "./when-closed.ts";

type PluginCtx = Ctx<PluginActor>;

/**
 * Whether the obligation may be asked for. What it leads to takes its own permission, which is looked at again when it
 * is due. Throws `permission_not_granted`, `obligation_invalid`, `obligations_too_many`.
 */
export async function planObligation({
  ctx,
  input: { terms, recipient },
}: {
  ctx: PluginCtx;
  input: { terms: ObligationTerms; recipient: ResolvedRecipient };
}): Promise<void> {
  requireEffect(ctx, REQUEST);
  const bridge = permissionFor({ action: terms.action, scope: recipient.scope });
  if (bridge === null) {
    const message = "An escalation needs a customer who has written before, not a phone number.";
    throw invalid({ pointer: "/recipient", code: "obligation_invalid", message }, message);
  }
  requireEffect(ctx, { ...REQUEST, bridge });
  if (Date.parse(terms.dueAt) > ctx.clock.now() + DUE_AHEAD_MAX_MS) {
    const message = "An obligation lies two years ahead at most.";
    throw invalid({ pointer: "/dueAt", code: "obligation_invalid", message }, message);
  }
  await requireTemplate(ctx, terms);
  if ((await countOpen(ctx, ctx.actor.id)) >= OPEN_PER_INSTALLATION) {
    throw new AppError(
      "conflict",
      "obligations_too_many",
      `The plugin has ${OPEN_PER_INSTALLATION} obligations waiting.`,
      { gate: "policy", hint: "Delete those that are settled: DELETE /bridge/v1/obligations/{id}." },
    );
  }
}

/**
 * Notes the obligation. The same `externalId` and `dueAt` is the same one: asked for again, it is answered as it is.
 * Throws `obligation_exists` when it is another number's, was listed by the plugin's tool, or is over.
 */
export async function requestObligation({
  ctx,
  input: { terms, recipient },
}: {
  ctx: PluginCtx;
  input: { terms: ObligationTerms; recipient: ResolvedRecipient };
}): Promise<ObligationRow> {
  const organizationId = requireEffect(ctx, REQUEST);
  const id = newId("obligation");
  const now = ctx.clock.now();
  const dueAt = Date.parse(terms.dueAt);
  const isExternal = recipient.scope === "external_recipient";
  const [row] = await ctx.db
    .insert(obligation)
    .values({
      id,
      organizationId,
      instanceId: ctx.actor.instanceId,
      installationId: ctx.actor.id,
      source: "requested",
      externalId: terms.externalId,
      title: terms.title,
      message: terms.message,
      action: terms.action,
      dueAt,
      scope: recipient.scope,
      phoneSealed: isExternal ? await ctx.keyRing.seal(recipient.phone, obligationPhonePurpose(id)) : null,
      chatObjectId: recipient.chatObjectId,
      ...whenClosedOf(terms),
      everyHours: terms.repeat?.everyHours ?? null,
      timesLeft: terms.repeat?.times ?? 1,
      state: "waiting",
      nextActAt: dueAt,
      createdAt: now,
      updatedAt: now,
    })
    .onConflictDoNothing()
    .returning();
  if (row === undefined) {
    return findSame(ctx, terms.externalId, dueAt);
  }
  if (dueAt <= now + TICK_MS) {
    await sendWork(ctx, "obligation.act", [{ organizationId, id, dueAt }]);
  }
  return row;
}

async function findSame(ctx: PluginCtx, externalId: string, dueAt: number): Promise<ObligationRow> {
  const row = await ctx.db
    .select()
    .from(obligation)
    .where(
      and(
        eq(obligation.installationId, ctx.actor.id),
        eq(obligation.externalId, externalId),
        eq(obligation.dueAt, dueAt),
      ),
    )
    .get();
  if (row?.instanceId !== ctx.actor.instanceId || row.source !== "requested" || row.state === "cancelled") {
    throw new AppError(
      "conflict",
      "obligation_exists",
      "There is an obligation of that id and time already.",
      {
        hint: "Give it another `externalId` or `dueAt`.",
      },
    );
  }
  return row;
}

/** The plugin's own obligation on this number. Throws `obligation_not_found` for everything else. */
export async function findOwnObligation({
  ctx,
  input: { id },
}: {
  ctx: PluginCtx;
  input: { id: string };
}): Promise<ObligationRow> {
  return findObligation(ctx, requireEffect(ctx, REQUEST), id);
}

async function requireTemplate(ctx: PluginCtx, terms: ObligationTerms): Promise<void> {
  const { template } = whenClosedOf(terms);
  if (template === null) {
    return;
  }
  const { templates } = await findInstance({ ctx, id: ctx.actor.instanceId });
  const issue = findTemplateIssue(templates, template);
  if (issue !== null) {
    throw invalid(issue, `The obligation cannot be taken: ${issue.pointer} ${issue.message}.`);
  }
}

function invalid(issue: Issue, message: string): AppError {
  return new AppError("invalid", "obligation_invalid", message, { gate: "policy", issues: [issue] });
}
