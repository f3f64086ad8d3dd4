import { and, count, desc, eq, lt, ne } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import type { EventType } from "../../contract/events.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { eventEndpoint } from "../../db/schema/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { type Page, type PageInput, toPage } from "../../kernel/page.ts";
import { createEndpointSecret, findEndpoint, requireCallable } from "./endpoint-row.ts";
import { ENDPOINTS_MAX } from "./limits.ts";
import { presentEndpoint } from "./present.ts";
import type { EventEndpoint } from "./schemas.ts";
import { endpointSecretPurpose } from "./sealed.ts";

type NewEndpoint = { url: string; types: EventType[]; description: string };

/** Subscribes an address to events. The secret is shown this once. Throws `url_refused` and `too_many_endpoints`. */
export async function createEndpoint({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: NewEndpoint;
}): Promise<EventEndpoint & { secret: string }> {
  const organizationId = requirePermission(ctx, "events:manage");
  requireCallable(ctx, input.url);
  const existing = await ctx.db
    .select({ count: count() })
    .from(eventEndpoint)
    .where(and(eq(eventEndpoint.organizationId, organizationId), ne(eventEndpoint.status, "removed")))
    .get();
  if ((existing?.count ?? 0) >= ENDPOINTS_MAX) {
    throw new AppError(
      "conflict",
      "too_many_endpoints",
      `An organisation has at most ${ENDPOINTS_MAX} endpoints.`,
      {
        hint: "Remove one that is not needed, or let one take more types.",
      },
    );
  }
  const now = ctx.clock.now();
  const id = newId("eventEndpoint");
  const secret = createEndpointSecret();
  const row = {
    id,
    organizationId,
    ...input,
    status: "active" as const,
    secretSealed: await ctx.keyRing.seal(secret, endpointSecretPurpose(id)),
    oldSecretSealed: null,
    oldSecretEndsAt: null,
    createdBy: ctx.actor.id,
    createdAt: now,
    updatedAt: now,
  };
  await writeWithAudit(ctx.db, auditOf(ctx, organizationId, id, "event_endpoint.created"), [
    ctx.db.insert(eventEndpoint).values(row),
  ]);
  return { ...presentEndpoint(row), secret };
}

/** The organisation's endpoints, newest first. */
export async function listEndpoints({
  ctx,
  input: { limit, cursor },
}: {
  ctx: Ctx;
  input: PageInput;
}): Promise<Page<EventEndpoint>> {
  const organizationId = requirePermission(ctx, "events:read");
  const rows = await ctx.db
    .select()
    .from(eventEndpoint)
    .where(
      and(
        eq(eventEndpoint.organizationId, organizationId),
        ne(eventEndpoint.status, "removed"),
        cursor === undefined ? undefined : lt(eventEndpoint.id, cursor),
      ),
    )
    .orderBy(desc(eventEndpoint.id))
    .limit(limit + 1);
  return toPage(rows, limit, presentEndpoint);
}

/** One endpoint. Throws `event_endpoint_not_found`. */
export async function getEndpoint({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<EventEndpoint> {
  const organizationId = requirePermission(ctx, "events:read");
  return presentEndpoint(await findEndpoint(ctx, organizationId, id));
}

type Change = {
  url?: string | undefined;
  types?: EventType[] | undefined;
  description?: string | undefined;
  status?: "active" | "paused" | undefined;
};

/** Changes an endpoint. Throws `event_endpoint_not_found` and `url_refused`. */
export async function updateEndpoint({
  ctx,
  input: { id, ...change },
}: {
  ctx: Ctx;
  input: Change & { id: string };
}): Promise<EventEndpoint> {
  const organizationId = requirePermission(ctx, "events:manage");
  const row = await findEndpoint(ctx, organizationId, id);
  if (change.url !== undefined) {
    requireCallable(ctx, change.url);
  }
  const { url = row.url, types = row.types, description = row.description, status = row.status } = change;
  const changed = { url, types, description, status, updatedAt: ctx.clock.now() };
  await writeWithAudit(ctx.db, auditOf(ctx, organizationId, id, "event_endpoint.changed"), [
    ctx.db
      .update(eventEndpoint)
      .set(changed)
      .where(and(eq(eventEndpoint.id, id), ne(eventEndpoint.status, "removed"))),
  ]);
  return presentEndpoint({ ...row, ...changed });
}

/** Removes an endpoint: nothing more is sent to it, and its secrets are destroyed. Throws `event_endpoint_not_found`. */
export async function removeEndpoint({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<void> {
  const organizationId = requirePermission(ctx, "events:manage");
  await findEndpoint(ctx, organizationId, id);
  await writeWithAudit(ctx.db, auditOf(ctx, organizationId, id, "event_endpoint.removed"), [
    ctx.db
      .update(eventEndpoint)
      .set({ status: "removed", secretSealed: "", oldSecretSealed: null, updatedAt: ctx.clock.now() })
      .where(and(eq(eventEndpoint.id, id), ne(eventEndpoint.status, "removed"))),
  ]);
}

/**
 * A new secret, shown this once. The one before signs too for `overlapSeconds`, so that a receiver can change over
 * without losing an event. Throws `event_endpoint_not_found`.
 */
export async function rotateEndpointSecret({
  ctx,
  input: { id, overlapSeconds },
}: {
  ctx: Ctx;
  input: { id: string; overlapSeconds: number };
}): Promise<{ secret: string }> {
  const organizationId = requirePermission(ctx, "events:manage");
  const row = await findEndpoint(ctx, organizationId, id);
  const now = ctx.clock.now();
  const secret = createEndpointSecret();
  const changed = await writeWithAudit(
    ctx.db,
    auditOf(ctx, organizationId, id, "event_endpoint.secret_rotated"),
    [
      ctx.db
        .update(eventEndpoint)
        .set({
          secretSealed: await ctx.keyRing.seal(secret, endpointSecretPurpose(id)),
          oldSecretSealed: overlapSeconds === 0 ? null : row.secretSealed,
          oldSecretEndsAt: overlapSeconds === 0 ? null : now + overlapSeconds * 1_000,
          updatedAt: now,
        })
        .where(and(eq(eventEndpoint.id, id), eq(eventEndpoint.secretSealed, row.secretSealed))),
    ],
  );
  if (changed === 0) {
    throw new AppError(
      "conflict",
      "secret_rotated_meanwhile",
      "Somebody else has just rotated this secret.",
      {
        hint: "Use the secret that they got, or rotate again.",
      },
    );
  }
  return { secret };
}

function auditOf(ctx: Ctx, organizationId: string, subjectId: string, action: string) {
  const { actor, requestId } = ctx;
  return {
    organizationId,
    actor,
    requestId,
    now: ctx.clock.now(),
    action,
    subjectType: "event_endpoint",
    subjectId,
  };
}
