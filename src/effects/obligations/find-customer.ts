/** Whom an obligation is about, looked up when it is due: what was known or allowed earlier does not count. */
import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { chatIdOf } from "../../channels/chat-name.ts";
import type { BridgePermission } from "../../contract/permissions.ts";
import { chat, pluginContact } from "../../db/schema/index.ts";
import type { ObligationRow } from "./obligation-row.ts";

/** What a number is sealed for; bound to its row. */
export const obligationPhonePurpose = (id: string) => `obligation.phone:${id}`;

export type Customer = {
  /** E.164. */
  readonly phone: string;
  readonly chatObjectId: string;
};

/** The permission that reaching the customer takes; null where there is none that would do. */
export function permissionFor({
  action,
  scope,
}: Pick<ObligationRow, "action" | "scope">): BridgePermission | null {
  if (action === "reminder") {
    return `plugin:messages:send:${scope}`;
  }
  return scope === "external_recipient" ? null : `plugin:escalations:create:${scope}`;
}

/** The customer, or null for one whom the plugin does not know on this number. */
export async function findCustomer(ctx: Ctx, row: ObligationRow): Promise<Customer | null> {
  if (row.phoneSealed !== null) {
    const phone = await ctx.keyRing.open(row.phoneSealed, obligationPhonePurpose(row.id));
    return { phone, chatObjectId: (await chatIdOf(ctx.chats, row.instanceId, phone)).toString() };
  }
  const chatObjectId = row.userId === null ? row.chatObjectId : await findContact(ctx, row, row.userId);
  if (chatObjectId === null) {
    return null;
  }
  const { organizationId, instanceId } = row;
  const object = ctx.chats.get(ctx.chats.idFromString(chatObjectId));
  const found = await object.resolveRecipient({ organizationId, instanceId, token: null });
  return found === null ? null : { phone: found.phone, chatObjectId };
}

async function findContact(
  { db }: Ctx,
  { installationId, instanceId }: ObligationRow,
  userId: string,
): Promise<string | null> {
  const contact = await db
    .select({ chatObjectId: pluginContact.chatObjectId })
    .from(pluginContact)
    .where(
      and(
        eq(pluginContact.installationId, installationId),
        eq(pluginContact.instanceId, instanceId),
        eq(pluginContact.userId, userId),
      ),
    )
    .get();
  return contact?.chatObjectId ?? null;
}

/** The id of the customer's chat in the organisation's list, or null when nobody has written in it. */
export async function findChatId(
  { db }: Pick<Ctx, "db">,
  organizationId: string,
  chatObjectId: string,
): Promise<string | null> {
  const row = await db
    .select({ id: chat.id })
    .from(chat)
    .where(and(eq(chat.objectId, chatObjectId), eq(chat.organizationId, organizationId)))
    .get();
  return row?.id ?? null;
}
