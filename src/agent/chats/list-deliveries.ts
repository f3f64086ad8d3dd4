import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import type { OutboundLine } from "../../contract/chat.ts";
import type { Page, PageInput } from "../../kernel/page.ts";
import { findChat } from "./find-chat.ts";
import type { Delivery } from "./schemas.ts";

const WHOLE_NUMBER = /^\d{1,15}$/;

/**
 * What went out to a chat's customer, is held or was blocked, and by which rule; newest first. Throws `chat_not_found`.
 */
export async function listDeliveries({
  ctx,
  input: { id, limit, cursor },
}: {
  ctx: Ctx;
  input: PageInput & { id: string };
}): Promise<Page<Delivery>> {
  const organizationId = requirePermission(ctx, "chats:read");
  const { object } = await findChat(ctx, organizationId, id);
  const before = cursor !== undefined && WHOLE_NUMBER.test(cursor) ? Number(cursor) : null;
  const lines = await object.readDeliveries({ limit: limit + 1, before });
  const shown = lines.slice(0, limit);
  const last = lines.length > limit ? shown.at(-1) : undefined;
  return { data: shown.map(presentDelivery), nextCursor: last === undefined ? null : String(last.seq) };
}

function presentDelivery({ seq, text, state, stage, errorCode, policy, at }: OutboundLine): Delivery {
  return {
    id: String(seq),
    text,
    state,
    stage,
    errorCode,
    policy: policy && {
      ...policy,
      until: policy.until === null ? null : new Date(policy.until).toISOString(),
    },
    at: new Date(at).toISOString(),
  };
}
