import type { FirstPartyPlugin } from "./define-plugin.ts";

/** What `worker.ts` handed over when the isolate started: code, so the same for every organisation. */
const plugins = new Map<string, FirstPartyPlugin>();

/** Called once by `worker.ts`, so that this room does not import the toolkits above it. */
export function registerFirstPartyPlugins(list: readonly FirstPartyPlugin[]): void {
  for (const plugin of list) {
    plugins.set(plugin.id, plugin);
  }
}

export function findFirstPartyPlugin(id: string): FirstPartyPlugin | undefined {
  return plugins.get(id);
}

export function listFirstPartyPlugins(): readonly FirstPartyPlugin[] {
  return [...plugins.values()];
}
