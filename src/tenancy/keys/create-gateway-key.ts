import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { gatewayKey } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import { findInstance } from "../instances/index.ts";
import { createCredential } from "./credential.ts";
import { presentGatewayKey } from "./present.ts";
import type { CreatedGatewayKey, CreateGatewayKey } from "./schemas.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Creates a gateway key and answers its text, this once. It calls tools on every instance of the organisation, or
 * on one. Another organisation's instance is a 404.
 */
export async function createGatewayKey({
  ctx,
  input,
}: {
  ctx: Ctx;
  input: CreateGatewayKey;
}): Promise<CreatedGatewayKey> {
  const organizationId = requirePermission(ctx, "gateway_keys:manage");
  const instance = input.instanceId === undefined ? null : await findInstance({ ctx, id: input.instanceId });

  const now = ctx.clock.now();
  const { text, hash, hint } = createCredential("kvk");
  const row: typeof gatewayKey.$inferSelect = {
    id: newId("gatewayKey"),
    organizationId,
    instanceId: instance?.id ?? null,
    createdBy: ctx.actor.id,
    name: input.name,
    keyHash: hash,
    hint,
    requestsPerMinute: input.requestsPerMinute ?? null,
    tokensPerDay: input.tokensPerDay ?? null,
    expiresAt: input.expiresInDays === undefined ? null : now + input.expiresInDays * DAY_MS,
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
      action: "gateway_key.created",
      subjectType: "gateway_key",
      subjectId: row.id,
      detail: { name: row.name, instanceId: row.instanceId },
    },
    [ctx.db.insert(gatewayKey).values(row)],
  );
  return { ...presentGatewayKey(row), key: text };
}
