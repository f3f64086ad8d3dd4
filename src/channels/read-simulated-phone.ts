import type { Ctx } from "../access/context.ts";
import { requirePermission } from "../access/require-permission.ts";
import { normalizePhoneNumber } from "../tenancy/instances/index.ts";
import { chatOf } from "./chat-name.ts";
import { type PhoneLine, presentPhoneLine } from "./phone-line.ts";
import { findSimulator } from "./send-simulated-message.ts";

type Reading = { id: string; phone: string; after: number; limit: number };

/** What a simulated phone got, oldest first. */
export async function readSimulatedPhone({ ctx, input }: { ctx: Ctx; input: Reading }): Promise<PhoneLine[]> {
  requirePermission(ctx, "tools:call");
  const instance = await findSimulator(ctx, input.id);
  const chat = await chatOf(ctx.chats, instance.id, normalizePhoneNumber(input.phone, "/phone"));
  const lines = await chat.readOutbound({ after: input.after, limit: input.limit });
  const sent = lines.filter(({ state }) => state === "sent");
  return Promise.all(sent.map((line) => presentPhoneLine(ctx, instance, line)));
}
