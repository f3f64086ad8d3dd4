/** What a call for a customer leaves behind for the bridges, where the grant reaches that far. */
import { and, eq } from "drizzle-orm";
import QuickLRU from "quick-lru";
import type { CtxBase } from "../../access/context.ts";
import { CHAT_PHONE_PURPOSE, chatIdOf } from "../../channels/chat-name.ts";
import type { RecipientScope } from "../../contract/permissions.ts";
import { chat, pluginContact } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import type { CatalogInstallation } from "../catalog/index.ts";
import { ISOLATE_ENTRIES } from "./limits.ts";

/** A call for one customer. */
type CustomerCall = {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly installation: CatalogInstallation;
  readonly callId: string;
  /** E.164. */
  readonly phone: string;
  /** The customer as this plugin knows them. */
  readonly userId: string | null;
};

/** `context.currentChat` of a tool call. */
export type CurrentChat = { readonly token: string; readonly expiresAt: string };

/** Contacts that this isolate has written down, so that each is written once and not with every call. */
const written = new QuickLRU<string, true>({ maxSize: ISOLATE_ENTRIES });

/**
 * The current-chat token of a call, or null when the grant has no use for one; then nothing is asked. A conversation
 * that cannot be reached is logged, and the call goes out without a token.
 */
export async function mintCurrentChat(ctx: CtxBase, call: CustomerCall): Promise<CurrentChat | null> {
  if (!reaches(call.installation, "current_chat")) {
    return null;
  }
  const { organizationId, instanceId, installation, callId, phone } = call;
  try {
    const object = ctx.chats.get(await chatIdOf(ctx.chats, instanceId, phone));
    const { token, expiresAt } = await object.mintToken({
      address: { organizationId, instanceId, phone },
      installationId: installation.id,
      callId,
    });
    return { token, expiresAt: new Date(expiresAt).toISOString() };
  } catch (error) {
    ctx.log.error("current_chat_not_minted", { callId, installationId: installation.id, error });
    return null;
  }
}

/** After the answer: notes whom the plugin's hash stands for, when its grant may name known contacts. */
export function rememberContact(ctx: CtxBase, call: CustomerCall): void {
  const { organizationId, instanceId, installation, phone, userId } = call;
  const key = `${installation.id}|${instanceId}|${userId}`;
  if (userId === null || written.has(key) || !reaches(installation, "known_contact")) {
    return;
  }
  const write = async () => {
    const chatObjectId = (await chatIdOf(ctx.chats, instanceId, phone)).toString();
    const createdAt = ctx.clock.now();
    await ctx.db
      .insert(pluginContact)
      .values({
        installationId: installation.id,
        instanceId,
        userId,
        organizationId,
        chatObjectId,
        createdAt,
      })
      .onConflictDoNothing();
    written.set(key, true);
  };
  ctx.background(write());
}

/** The number of the customer in that chat. Throws `chat_not_found` for a chat that is not the number's. */
export async function findCustomerPhone(
  { db, keyRing }: Pick<CtxBase, "db" | "keyRing">,
  { chatId, organizationId, instanceId }: { chatId: string; organizationId: string; instanceId: string },
): Promise<string> {
  const row = await db
    .select({ phoneSealed: chat.phoneSealed })
    .from(chat)
    .where(and(eq(chat.id, chatId), eq(chat.organizationId, organizationId), eq(chat.instanceId, instanceId)))
    .get();
  if (row === undefined) {
    throw notFound("chat", chatId);
  }
  return keyRing.open(row.phoneSealed, CHAT_PHONE_PURPOSE);
}

/** Whether some bridge permission of that scope is both declared and granted. A plugin that runs in here needs none. */
function reaches({ grant, version, firstParty }: CatalogInstallation, scope: RecipientScope): boolean {
  const granted = grant?.permissions.filter((key) => key.startsWith("plugin:") && key.endsWith(`:${scope}`));
  return (
    firstParty === undefined &&
    granted !== undefined &&
    granted.length > 0 &&
    (version.manifest.permissions ?? []).some(({ key }) => granted.includes(key))
  );
}
