import { and, eq } from "drizzle-orm";
import type { Actor } from "../../access/actor.ts";
import type { CtxBase } from "../../access/context.ts";
import { chatIdOf } from "../../channels/chat-name.ts";
import { chat } from "../../db/schema/index.ts";
import { createPluginContext } from "../capabilities/index.ts";
import type { CatalogInstallation, InstanceCatalog } from "../catalog/index.ts";
import type { FirstPartyPlugin, PermissionRefused, PluginContext } from "../in-process/index.ts";
import { hashCustomer } from "./customer-hash.ts";
import { openInstallation } from "./opened-installation.ts";

export type ContextInput = {
  readonly plugin: FirstPartyPlugin;
  readonly installation: CatalogInstallation;
  readonly tenant: Pick<InstanceCatalog, "organizationId" | "instanceId">;
  /** Who acts; the platform in a job. */
  readonly actor: Pick<Actor, "kind" | "id">;
  readonly callId: string;
  /** E.164, when the call is for a customer. */
  readonly customerPhone: string | null;
  readonly isApproved: boolean;
  readonly signal: AbortSignal;
  readonly onRefused?: (refusal: PermissionRefused) => void;
};

/** What a first-party plugin works with, opened for one call, turn or job of it. */
export async function openPluginContext(base: CtxBase, input: ContextInput): Promise<PluginContext> {
  const { plugin, installation, tenant, actor, customerPhone } = input;
  const opened = await openInstallation(base, installation);
  const hash = hashCustomer(opened, customerPhone);
  const chatId = actor.kind === "chat" ? actor.id : await findChatId(base, tenant, customerPhone);
  return createPluginContext(base, {
    plugin,
    organizationId: tenant.organizationId,
    instanceId: tenant.instanceId,
    installationId: installation.id,
    granted: installation.grant?.permissions ?? [],
    settings: opened.config,
    senderId: actor.id,
    isInTurn: actor.kind === "chat",
    callId: input.callId,
    customer: customerPhone === null || hash === null ? null : { phone: customerPhone, hash, chatId },
    isApproved: input.isApproved,
    signal: input.signal,
    ...(input.onRefused && { onRefused: input.onRefused }),
  });
}

/** The chat of a customer whom a call from outside of a chat names. */
async function findChatId(
  { db, chats }: Pick<CtxBase, "db" | "chats">,
  { organizationId, instanceId }: ContextInput["tenant"],
  phone: string | null,
): Promise<string | null> {
  if (phone === null) {
    return null;
  }
  const objectId = (await chatIdOf(chats, instanceId, phone)).toString();
  const row = await db
    .select({ id: chat.id })
    .from(chat)
    .where(and(eq(chat.organizationId, organizationId), eq(chat.objectId, objectId)))
    .get();
  return row?.id ?? null;
}
