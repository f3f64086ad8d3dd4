import type { Ctx } from "../../access/context.ts";
import type { EventType } from "../../contract/events.ts";
import { event, eventDelivery } from "../../db/schema/index.ts";
import { isUniqueViolation } from "../../db/violations.ts";
import { newId } from "../../kernel/ids.ts";
import { findTargets } from "./find-targets.ts";
import { sendEventWork } from "./send-event-work.ts";

export type Happening = {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly type: EventType;
  /** What it is about; events of one subject reach a target in the order in which they were emitted. */
  readonly subjectId: string;
  /** The plugin whose doing it goes back to, which hears of it without further permission. */
  readonly installationId: string | null;
  /** What is told: never a phone number. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The same happening has the same key: it is told once. */
  readonly dedupeKey: string;
};

/**
 * Notes what happened, with a delivery for each target, in one batch, and sends the deliveries on their way. Emitted
 * again under the same key, nothing is added. For verbs that have checked their permission.
 */
export async function emitEvent({ ctx, input }: { ctx: Ctx; input: Happening }): Promise<void> {
  const { organizationId, instanceId, type, subjectId, installationId, data, dedupeKey } = input;
  const targets = await findTargets(ctx, input);
  const now = ctx.clock.now();
  const id = newId("event");
  const deliveries = targets.map(({ kind, id: targetId }) => ({
    id: newId("eventDelivery"),
    organizationId,
    eventId: id,
    targetKind: kind,
    targetId,
    subjectId,
    state: "pending" as const,
    nextAttemptAt: now,
    createdAt: now,
  }));
  const insertEvent = ctx.db.insert(event).values({
    id,
    organizationId,
    instanceId,
    type,
    subjectId,
    installationId,
    data: JSON.stringify(data),
    dedupeKey,
    createdAt: now,
  });
  try {
    await ctx.db.batch([insertEvent, ...deliveries.map((row) => ctx.db.insert(eventDelivery).values(row))]);
  } catch (error) {
    if (isUniqueViolation(error)) {
      return;
    }
    throw error;
  }
  await sendEventWork(
    ctx,
    deliveries.map((delivery) => ({ organizationId, id: delivery.id })),
  );
}
