/** A plugin's context without a platform, as the author of a plugin tests it: everything in memory, all permitted. */
import { createLog } from "../../src/kernel/log.ts";
import type { PluginContext } from "../../src/plugins/in-process/plugin-context.ts";

export function pluginContext(replaced: Partial<PluginContext> = {}): PluginContext {
  const documents = new Map<string, unknown>();
  const cached = new Map<string, unknown>();
  const list = () => [...documents].map(([key, value]) => ({ key, value }));
  return {
    tenant: { organizationId: "org_1", instanceId: "inst_1" },
    settings: {},
    roomId: null,
    senderId: "ai",
    callId: "call_1",
    signal: new AbortController().signal,
    log: createLog(),
    data: {
      get: async (key) => documents.get(key),
      put: async (key, value) => void documents.set(key, value),
      delete: async (key) => void documents.delete(key),
      list: async () => list(),
      search: async (text) => list().filter(({ value }) => JSON.stringify(value).includes(text)),
    },
    cache: {
      get: (key) => cached.get(key),
      put: (key, value) => void cached.set(key, value),
      delete: (key) => void cached.delete(key),
    },
    jobs: { enqueue: async () => undefined },
    approvals: { isApproved: true, require: () => undefined },
    events: { emit: async () => undefined },
    users: { list: async () => [] },
    fetch: async () => ({
      ok: false,
      error: { reason: "connect_failed", message: "There is no network here." },
    }),
    room: null,
    sender: null,
    ...replaced,
  };
}
