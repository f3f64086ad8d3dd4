import type { OrgCtx } from "../../access/context.ts";
import type { DeliveryDecision, MessageKind } from "../../contract/policy.ts";
import { recordDelivery } from "../../plugins/records/index.ts";

type Decided = DeliveryDecision & {
  readonly kind: MessageKind;
  readonly installationId: string | null;
  readonly at: number;
};

/**
 * Has the organisation's list of what did not go out show the latest decision about a message; of one in several parts
 * the last stands for all. The outbox is the truth: the list may miss what was decided right before a crash.
 */
export function recordDecision(ctx: OrgCtx, sql: SqlStorage, instanceId: string, seq: number): void {
  const decided = sql
    .exec<Decided>(
      `SELECT kind, installation_id AS installationId, at, decision, reason, until FROM outbox
       WHERE seq = ? AND group_seq = seq AND decision IS NOT NULL`,
      seq,
    )
    .toArray()[0];
  if (decided !== undefined) {
    const { at: createdAt, ...facts } = decided;
    const { id: chatId } = ctx.actor;
    const ids = { id: `${chatId}:${seq}`, instanceId, chatId, deliveryId: String(seq) };
    recordDelivery(ctx, { ...ids, ...facts, decidedAt: ctx.clock.now(), createdAt });
  }
}
