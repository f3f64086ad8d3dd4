import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import type { SendPolicy } from "../../contract/policy.ts";
import { isStillGranted, readGrantsOf } from "./is-still-granted.ts";
import { SECOND_MS } from "./limits.ts";
import { findSchedule, notOpen, OPEN_STATES, phonePurpose } from "./schedule-row.ts";

/** The next sending of a scheduled message, as its conversation will be given it. Times in epoch ms. */
export type PlannedSending = {
  readonly instanceId: string;
  /** E.164. */
  readonly phone: string;
  readonly text: string;
  readonly policy: SendPolicy;
  readonly sendAt: number;
  /** Whether its plugin's grant still holds the permission that it takes. */
  readonly isGranted: boolean;
};

/** What would be sent next. Throws `scheduled_message_not_found`, and `scheduled_message_not_open` when nothing would. */
export async function describeSending({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<PlannedSending> {
  const organizationId = requirePermission(ctx, "schedules:read");
  const row = await findSchedule(ctx, organizationId, id, null);
  if (!OPEN_STATES.some((state) => state === row.state)) {
    throw notOpen(row);
  }
  const { instanceId, text, isUrgent, whenClosed, template, installationId, sendAt } = row;
  return {
    instanceId,
    phone: await ctx.keyRing.open(row.phoneSealed, phonePurpose(row.id)),
    text,
    policy: {
      kind: "proactive",
      isUrgent,
      ...(whenClosed !== null && { whenClosed }),
      template,
      installationId,
      // What has to wait by a rule may be as late as that takes.
      ...(row.reason === null && { expiresAt: sendAt + row.sendIfLateBy * SECOND_MS + 1 }),
    },
    sendAt,
    isGranted: isStillGranted(row, await readGrantsOf(ctx, JSON.stringify([row.id]))),
  };
}
