import { and, asc, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { requirePermission } from "../../access/require-permission.ts";
import { writeWithAudit } from "../../db/atomic.ts";
import { chat, installation, instanceGrant, plugin } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import { findChat, type IndexedChat } from "./find-chat.ts";

export type ChatPlugin = { installationId: string; slug: string; enabled: boolean };

/** The plugins that the chat's number is granted, and whether each is on in this chat. */
export async function listChatPlugins({
  ctx,
  input: { id },
}: {
  ctx: Ctx;
  input: { id: string };
}): Promise<{ data: ChatPlugin[] }> {
  const organizationId = requirePermission(ctx, "chats:read");
  const { row, object } = await findChat(ctx, organizationId, id);
  const switchedOff = await object.readSwitchedOff();
  const granted = await selectGranted(ctx, row);
  return { data: granted.map((held) => ({ ...held, enabled: !switchedOff.includes(held.installationId) })) };
}

/** Switches a granted plugin on or off in one chat. Throws `chat_not_found`, and `installation_not_found` for one that is not granted. */
export async function setChatPlugin({
  ctx,
  input: { id, installationId, enabled },
}: {
  ctx: Ctx;
  input: { id: string; installationId: string; enabled: boolean };
}): Promise<ChatPlugin> {
  const organizationId = requirePermission(ctx, "chats:write");
  const { row, object } = await findChat(ctx, organizationId, id);
  const held = (await selectGranted(ctx, row)).find((granted) => granted.installationId === installationId);
  if (held === undefined) {
    throw notFound("installation", installationId);
  }
  await object.setPlugin({ installationId, enabled });
  await writeWithAudit(
    ctx.db,
    {
      organizationId,
      actor: ctx.actor,
      requestId: ctx.requestId,
      now: ctx.clock.now(),
      action: enabled ? "chat.plugin_enabled" : "chat.plugin_disabled",
      subjectType: "chat",
      subjectId: id,
      detail: { installationId },
    },
    // The entry follows a change, and the switch itself lives in the object: what is written here never changes.
    [ctx.db.update(chat).set({ objectId: row.objectId }).where(eq(chat.id, id))],
  );
  return { ...held, enabled };
}

function selectGranted({ db }: Pick<Ctx, "db">, { organizationId, instanceId }: IndexedChat) {
  return db
    .select({ installationId: installation.id, slug: plugin.slug })
    .from(instanceGrant)
    .innerJoin(installation, eq(installation.id, instanceGrant.installationId))
    .innerJoin(plugin, eq(plugin.id, installation.pluginId))
    .where(
      and(
        eq(instanceGrant.organizationId, organizationId),
        eq(instanceGrant.instanceId, instanceId),
        eq(instanceGrant.status, "active"),
        eq(installation.status, "active"),
      ),
    )
    .orderBy(asc(plugin.slug));
}
