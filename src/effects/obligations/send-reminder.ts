import type { Ctx } from "../../access/context.ts";
import type { OutboundLine } from "../../contract/chat.ts";
import type { Customer } from "./find-customer.ts";
import { HELD_AGAIN_MS, LOOK_AGAIN_MS } from "./limits.ts";
import { messageKeyOf, type ObligationRow } from "./obligation-row.ts";
import type { Outcome } from "./settle-obligation.ts";

/** Through the conversation, whose way out decides: once for each round, however often this is repeated. */
export async function sendReminder(
  ctx: Ctx,
  row: ObligationRow,
  { phone, chatObjectId }: Customer,
): Promise<Outcome> {
  const { organizationId, instanceId, installationId, template } = row;
  const { line } = await ctx.chats.get(ctx.chats.idFromString(chatObjectId)).send({
    address: { organizationId, instanceId, phone },
    message: { type: "text", text: row.message },
    by: { kind: "plugin", id: installationId },
    dedupeKey: messageKeyOf(row),
    policy: { kind: "proactive", whenClosed: row.whenClosed ?? "block", template, installationId },
  });
  return outcomeOf(line, ctx.clock.now());
}

/** What the obligation has come to, by what became of its message. `now` in epoch ms. */
export function outcomeOf({ state, errorCode, policy }: OutboundLine, now: number): Outcome {
  switch (state) {
    case "sent":
      return { state, reason: null };
    case "blocked":
      // Whoever took it back did not come to the end.
      return policy?.reason === "withdrawn"
        ? { state: "cancelled", reason: null }
        : { state, reason: policy?.reason ?? errorCode ?? "policy" };
    case "failed":
      return { state: errorCode === "outside_window" ? "blocked" : "failed", reason: errorCode };
    case "unknown":
      // It may have gone out, and is not sent twice.
      return { state: "failed", reason: errorCode ?? "interrupted" };
    case "held":
      return { state, reason: policy?.reason ?? "policy", until: policy?.until ?? now + HELD_AGAIN_MS };
    case "waiting":
    case "sending":
      return { state: "held", reason: "on_its_way", until: now + LOOK_AGAIN_MS };
  }
}
