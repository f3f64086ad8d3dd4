import type { Ctx } from "../../access/context.ts";
import { requireEffect } from "../../access/require-effect.ts";
import type { MessageTemplate } from "../../contract/message-template.ts";
import type { ScheduleTerms } from "../../contract/schedule.ts";
import { AppError, type Issue } from "../../kernel/errors.ts";
import { findInstance } from "../../tenancy/instances/index.ts";
import type { ResolvedRecipient } from "../recipients.ts";
import { findTemplateIssue } from "../template-issue.ts";
import { type AskedTime, type PlannedTiming, planTiming } from "./plan-timing.ts";

export type ScheduleRequest = {
  readonly instanceId: string;
  readonly recipient: Pick<ResolvedRecipient, "phone" | "chatObjectId" | "scope">;
  readonly terms: ScheduleTerms;
};

/** Who asks, and by what right it is sent when the time has come. */
export type ScheduleSource = {
  readonly installationId: string | null;
  /** What the installation's grant has to hold; null for staff. */
  readonly permission: string | null;
};

export type SchedulePlan = {
  readonly organizationId: string;
  readonly request: ScheduleRequest;
  readonly source: ScheduleSource;
  readonly timing: PlannedTiming;
};

/**
 * Whether a plugin or staff may have this sent then. Reads, and changes nothing. Throws `schedule_invalid` (422) with
 * every problem, and `permission_not_granted`.
 */
export async function planSchedule({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: ScheduleRequest;
}): Promise<SchedulePlan> {
  const permission = `plugin:messages:schedule:${input.recipient.scope}` as const;
  const organizationId = requireEffect(ctx, { control: "schedules:write", bridge: permission });
  const source =
    ctx.actor.kind === "plugin"
      ? { installationId: ctx.actor.id, permission }
      : { installationId: null, permission: null };
  return planScheduleFor(ctx, organizationId, input, source);
}

/** The same for verbs that have checked a permission of their own. */
export async function planScheduleFor(
  ctx: Ctx,
  organizationId: string,
  request: ScheduleRequest,
  source: ScheduleSource,
): Promise<SchedulePlan> {
  const { terms, instanceId } = request;
  const timing = requireTiming(terms, ctx.clock.now());
  if (terms.template !== undefined) {
    await requireTemplate(ctx, instanceId, terms.template);
  }
  return { organizationId, request, source, timing };
}

/** The times, or `schedule_invalid` with every problem. */
export function requireTiming(
  {
    sendAt,
    timeZone,
    recurrence = null,
  }: Omit<AskedTime, "recurrence"> & { recurrence?: AskedTime["recurrence"] | undefined },
  now: number,
): PlannedTiming {
  const planned = planTiming({ sendAt, timeZone, recurrence }, now);
  if (!planned.ok) {
    throw invalidSchedule(planned.error);
  }
  return planned.value;
}

/** Throws `schedule_invalid` for a template that WhatsApp has not approved for the number. */
export async function requireTemplate(
  ctx: Ctx,
  instanceId: string,
  template: MessageTemplate,
): Promise<void> {
  const { templates } = await findInstance({ ctx, id: instanceId });
  const issue = findTemplateIssue(templates, template);
  if (issue !== null) {
    throw invalidSchedule([issue]);
  }
}

/** What cannot be scheduled, with every problem. */
export function invalidSchedule(issues: readonly Issue[]): AppError {
  const [first] = issues;
  return new AppError(
    "invalid",
    "schedule_invalid",
    `The message cannot be scheduled: ${first?.pointer} ${first?.message}.`,
    { gate: "policy", issues },
  );
}
