import type { CtxBase, OrgCtx } from "../../access/context.ts";
import {
  ApprovalRequired,
  type FirstPartyPlugin,
  type PermissionRefused,
  type PluginContext,
  slugOf,
} from "../in-process/index.ts";
import { createCache } from "./cache.ts";
import { createData } from "./data.ts";
import { createEvents } from "./events.ts";
import { createJobs } from "./jobs.ts";
import { createFetch } from "./outside.adapter.ts";
import { createGuard } from "./permission-guard.ts";
import { createRoom } from "./room.ts";
import { createUsers } from "./users.ts";

export type ContextFacts = {
  readonly plugin: FirstPartyPlugin;
  readonly organizationId: string;
  readonly instanceId: string;
  readonly installationId: string;
  /** The permissions that the grant on the number holds. */
  readonly granted: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
  readonly senderId: string;
  /** Whether a turn of the customer's chat is under way. */
  readonly isInTurn: boolean;
  /** The call, job or turn. */
  readonly callId: string;
  /** The customer that it is for, with the hash that the plugin knows them by. */
  readonly customer: {
    readonly phone: string;
    readonly hash: string;
    readonly chatId: string | null;
  } | null;
  /** Whether somebody has approved this call. */
  readonly isApproved: boolean;
  readonly signal: AbortSignal;
  readonly onRefused?: (refusal: PermissionRefused) => void;
};

/** The context of one call of a plugin: each capability checks its permission when it is used. */
export function createPluginContext(base: CtxBase, facts: ContextFacts): PluginContext {
  const { plugin, organizationId, instanceId, installationId, customer, callId } = facts;
  const pluginSlug = slugOf(plugin);
  const requireGranted = createGuard(plugin.permissions ?? [], facts.granted, (refusal) => {
    base.log.warn("plugin_permission_refused", {
      plugin: plugin.id,
      permission: refusal.permission,
      organizationId,
      instanceId,
      callId,
    });
    facts.onRefused?.(refusal);
  });
  const owner = { organizationId, instanceId, installationId };
  return {
    tenant: { organizationId, instanceId },
    settings: facts.settings,
    roomId: customer?.chatId ?? null,
    senderId: facts.senderId,
    callId,
    signal: facts.signal,
    log: base.log,
    data: createData(base, { organizationId, pluginId: plugin.id }, requireGranted),
    cache: createCache(base.clock, organizationId, plugin.id),
    jobs: createJobs(base, owner, requireGranted),
    approvals: {
      isApproved: facts.isApproved,
      require() {
        if (!facts.isApproved) {
          throw new ApprovalRequired();
        }
      },
    },
    events: createEvents(base, { ...owner, pluginSlug, sourceId: callId }),
    users: createUsers(base, organizationId, requireGranted),
    fetch: createFetch(base, requireGranted),
    room:
      customer === null
        ? null
        : createRoom(
            base,
            {
              ...owner,
              pluginSlug,
              chatId: customer.chatId,
              isInTurn: facts.isInTurn,
              phone: customer.phone,
              customerId: customer.hash,
            },
            requireGranted,
          ),
    sender: customer === null ? null : { id: customer.hash },
  };
}

/** The platform's own context behind a plugin's: for the toolkits that drive its effects, and for nobody else. */
const behind = new WeakMap<PluginContext, OrgCtx>();

export function rememberPlatformContext(plugin: PluginContext, ctx: OrgCtx): void {
  behind.set(plugin, ctx);
}

/** Throws for a context that no tool call made, as in a job or a test of the plugin alone. */
export function platformContextOf(plugin: PluginContext): OrgCtx {
  const ctx = behind.get(plugin);
  if (ctx === undefined) {
    throw new Error("Only a tool call can drive the platform's effects.");
  }
  return ctx;
}
