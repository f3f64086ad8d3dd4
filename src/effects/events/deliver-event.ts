import { and, asc, eq, lte, sql } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { capabilityFor } from "../../contract/events.ts";
import { event, eventDelivery, eventEndpoint } from "../../db/schema/index.ts";
import { callCapability } from "../../plugins/dispatch/index.ts";
import { postEvent, type TryOutcome } from "./endpoint.adapter.ts";
import { type EventRow, toPlatformEvent, toToolInput } from "./event-row.ts";
import { ERROR_MAX_CHARACTERS, TRY_LEASE_MS } from "./limits.ts";
import { byInsertion, isFirstOfItsSubject } from "./order.ts";
import { endpointSecretPurpose } from "./sealed.ts";
import { sendEventWork } from "./send-event-work.ts";
import { nextTryAt, readRetryAfter } from "./try-schedule.ts";

type DeliveryRow = typeof eventDelivery.$inferSelect;

/**
 * One try of a delivery that is due. Claimed first, so that two messages for the same delivery make one try; a try that
 * is lost with its isolate is made again after its lease. Earlier events of the same subject go first. Never throws
 * for what the other side does.
 */
export async function deliverEvent({
  ctx,
  input: { organizationId, id },
}: {
  ctx: Ctx;
  input: { organizationId: string; id: string };
}): Promise<void> {
  const delivery = await claim(ctx, organizationId, id);
  if (delivery === undefined) {
    return;
  }
  const row = await ctx.db.select().from(event).where(eq(event.id, delivery.eventId)).get();
  if (row === undefined) {
    return; // removed with its deliveries
  }
  const outcome =
    delivery.targetKind === "plugin"
      ? await callPlugin(ctx, delivery, row)
      : await callEndpoint(ctx, delivery, row);
  const hasEnded = await settle(ctx, delivery, outcome);
  if (hasEnded) {
    await wakeNext(ctx, delivery);
  }
}

async function claim(ctx: Ctx, organizationId: string, id: string): Promise<DeliveryRow | undefined> {
  const now = ctx.clock.now();
  const rows = await ctx.db
    .update(eventDelivery)
    .set({
      attempts: sql`${eventDelivery.attempts} + 1`,
      firstAttemptAt: sql`coalesce(${eventDelivery.firstAttemptAt}, ${now})`,
      nextAttemptAt: now + TRY_LEASE_MS,
    })
    .where(
      and(
        eq(eventDelivery.id, id),
        eq(eventDelivery.organizationId, organizationId),
        eq(eventDelivery.state, "pending"),
        lte(eventDelivery.nextAttemptAt, now),
        isFirstOfItsSubject(),
      ),
    )
    .returning();
  return rows[0];
}

async function callPlugin(ctx: Ctx, { id, targetId }: DeliveryRow, row: EventRow): Promise<TryOutcome> {
  const answer = await callCapability({
    ctx,
    input: {
      organizationId: row.organizationId,
      instanceId: row.instanceId,
      installationId: targetId,
      capability: capabilityFor(row.type),
      input: toToolInput(row),
      callId: id.replace(/^[a-z]+_/, "call_"),
    },
  });
  if (answer.status === "unavailable") {
    return { state: "gone", status: null, error: "plugin_not_granted" };
  }
  const { outcome, httpStatus: status } = answer;
  if (outcome.status === "ok") {
    return { state: "delivered", status };
  }
  const error = "error" in outcome ? outcome.error.code : outcome.status;
  return status === 410
    ? { state: "gone", status, error }
    : {
        state: "failed",
        status,
        error,
        retryAfterSeconds: readRetryAfter(answer.retryAfter, ctx.clock.now()),
      };
}

async function callEndpoint(ctx: Ctx, { targetId }: DeliveryRow, row: EventRow): Promise<TryOutcome> {
  const endpoint = await ctx.db.select().from(eventEndpoint).where(eq(eventEndpoint.id, targetId)).get();
  if (endpoint === undefined || endpoint.status === "removed" || endpoint.status === "gone") {
    return { state: "gone", status: null, error: "endpoint_removed" };
  }
  const now = ctx.clock.now();
  const { oldSecretSealed, oldSecretEndsAt } = endpoint;
  const sealed = [
    endpoint.secretSealed,
    ...(oldSecretSealed !== null && (oldSecretEndsAt ?? 0) > now ? [oldSecretSealed] : []),
  ];
  const purpose = endpointSecretPurpose(endpoint.id);
  const outcome = await postEvent({
    url: endpoint.url,
    messageId: row.id,
    body: JSON.stringify(toPlatformEvent(row)),
    secrets: await Promise.all(sealed.map((text) => ctx.keyRing.open(text, purpose))),
    allowLoopbackHttp: ctx.config.allowInsecurePluginUrls,
    now,
  });
  if (outcome.state === "gone") {
    await ctx.db
      .update(eventEndpoint)
      .set({ status: "gone", updatedAt: now })
      .where(eq(eventEndpoint.id, endpoint.id));
    ctx.log.warn("event_endpoint_gone", { endpointId: endpoint.id });
  }
  return outcome;
}

/** Notes how the try ended. Returns whether there will be no further one. */
async function settle(ctx: Ctx, delivery: DeliveryRow, outcome: TryOutcome): Promise<boolean> {
  const now = ctx.clock.now();
  const { attempts, firstAttemptAt } = delivery;
  const retryAt =
    outcome.state === "failed"
      ? nextTryAt({
          attempts,
          firstAttemptAt: firstAttemptAt ?? now,
          now,
          retryAfterSeconds: outcome.retryAfterSeconds,
          random: Math.random(),
        })
      : null;
  const state = outcome.state === "delivered" ? "delivered" : retryAt === null ? "dead" : "pending";
  await ctx.db
    .update(eventDelivery)
    .set({
      state,
      nextAttemptAt: retryAt,
      lastStatus: outcome.status,
      lastError: outcome.state === "delivered" ? null : outcome.error.slice(0, ERROR_MAX_CHARACTERS),
      deliveredAt: state === "delivered" ? now : null,
    })
    // A try whose lease ended meanwhile has no say any more.
    .where(
      and(
        eq(eventDelivery.id, delivery.id),
        eq(eventDelivery.state, "pending"),
        eq(eventDelivery.attempts, attempts),
      ),
    );
  return state !== "pending";
}

/** The next event of the subject has waited for this one. */
async function wakeNext(ctx: Ctx, { organizationId, targetId, subjectId }: DeliveryRow): Promise<void> {
  const next = await ctx.db
    .select({ id: eventDelivery.id })
    .from(eventDelivery)
    .where(
      and(
        eq(eventDelivery.targetId, targetId),
        eq(eventDelivery.subjectId, subjectId),
        eq(eventDelivery.state, "pending"),
        lte(eventDelivery.nextAttemptAt, ctx.clock.now()),
      ),
    )
    .orderBy(asc(byInsertion))
    .get();
  if (next !== undefined) {
    await sendEventWork(ctx, [{ organizationId, id: next.id }]);
  }
}
