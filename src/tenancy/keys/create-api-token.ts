import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { allows, requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { apiToken } from "../../db/schema/index.ts";
import { AppError, notFound } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { createCredential } from "./credential.ts";
import { presentApiToken } from "./present.ts";
import type { CreateApiToken, CreatedApiToken } from "./schemas.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Long enough for a quarter's work, short enough that a forgotten token ends by itself. */
const DEFAULT_EXPIRY_DAYS = 90;

/**
 * Creates an API token and answers its text, this once. A token never does more than its creator: its scopes are
 * a subset, and one that a token created stands for the same person and ends no later.
 * Refuses with `scope_not_held` (each scope named) and `expiry_too_late`.
 */
export async function createApiToken({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: CreateApiToken;
}): Promise<CreatedApiToken> {
  const organizationId = requirePermission(ctx, "tokens:manage");
  const issues = input.scopes.flatMap((scope, index) =>
    allows(ctx.actor, scope)
      ? []
      : [
          {
            pointer: `/scopes/${index}`,
            code: "scope_not_held",
            message: `You do not hold "${scope}" yourself.`,
          },
        ],
  );
  if (issues.length > 0) {
    throw new AppError("forbidden", "scope_not_held", "A token may not do more than its creator.", {
      issues,
      hint: "Leave those scopes out, or ask somebody who holds them.",
    });
  }

  const now = ctx.clock.now();
  const creator = await findCreator(ctx, organizationId);
  const wanted = now + (input.expiresInDays ?? DEFAULT_EXPIRY_DAYS) * DAY_MS;
  if (input.expiresInDays !== undefined && wanted > creator.latestExpiry) {
    throw new AppError("invalid", "expiry_too_late", "A token ends no later than the one that creates it.", {
      issues: [
        {
          pointer: "/expiresInDays",
          code: "expiry_too_late",
          message: `The creating token ends at ${new Date(creator.latestExpiry).toISOString()}.`,
        },
      ],
    });
  }

  const { text, hash, hint } = createCredential("kvt");
  const row: typeof apiToken.$inferSelect = {
    id: newId("apiToken"),
    organizationId,
    createdByUserId: creator.userId,
    name: input.name,
    tokenHash: hash,
    hint,
    scopes: [...new Set(input.scopes)],
    expiresAt: Math.min(wanted, creator.latestExpiry),
    revokedAt: null,
    createdAt: now,
  };
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now,
      action: "api_token.created",
      subjectType: "api_token",
      subjectId: row.id,
      detail: { name: row.name, scopes: row.scopes },
    },
    [ctx.db.insert(apiToken).values(row)],
  );
  return { ...presentApiToken(row), token: text };
}

/** The person whom a new token stands for, and how long it may last (epoch ms). */
async function findCreator(
  { actor, db }: Ctx,
  organizationId: string,
): Promise<{ readonly userId: string; readonly latestExpiry: number }> {
  if (actor.kind === "user") {
    return { userId: actor.id, latestExpiry: Number.POSITIVE_INFINITY };
  }
  const [parent] = await db
    .select({ userId: apiToken.createdByUserId, latestExpiry: apiToken.expiresAt })
    .from(apiToken)
    .where(and(eq(apiToken.id, actor.id), eq(apiToken.organizationId, organizationId)))
    .limit(1);
  if (!parent) {
    throw notFound("api_token", actor.id);
  }
  return parent;
}
