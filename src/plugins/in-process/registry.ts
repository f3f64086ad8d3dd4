import type { FirstPartyPlugin } from "./define-plugin.ts";

type Plugins = ReadonlyMap<string, FirstPartyPlugin>;

/** Where the plugins come from, one entry for each call of `registerFirstPartyPlugins`. */
const sources: (() => Promise<readonly FirstPartyPlugin[]>)[] = [];
/** Code, so the same for every organisation. Plugins and no promise: one request's is not another's to wait for. */
let loaded: Plugins | undefined;

/**
 * Called once by `worker.ts`, so that this room does not import the toolkits above it. The plugins are loaded when one
 * is asked for first: an isolate that calls plugins' servers alone never needs them.
 */
export function registerFirstPartyPlugins(load: () => Promise<readonly FirstPartyPlugin[]>): void {
  sources.push(load);
  loaded = undefined;
}

export async function findFirstPartyPlugin(id: string): Promise<FirstPartyPlugin | undefined> {
  return (await loadPlugins()).get(id);
}

export async function listFirstPartyPlugins(): Promise<readonly FirstPartyPlugin[]> {
  return [...(await loadPlugins()).values()];
}

async function loadPlugins(): Promise<Plugins> {
  if (loaded === undefined) {
    const lists = await Promise.all(sources.map((load) => load()));
    loaded = new Map(lists.flat().map((plugin) => [plugin.id, plugin]));
  }
  return loaded;
}
