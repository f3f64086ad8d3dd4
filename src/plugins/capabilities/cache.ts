import QuickLRU from "quick-lru";
import type { Clock } from "../../kernel/clock.ts";
import { type PluginCache, PluginLimitError } from "../in-process/index.ts";
import { CACHE_ENTRIES, CACHE_TTL_MAX_SECONDS, CACHE_VALUE_MAX_CHARACTERS } from "./limits.ts";

/** As JSON, so that what was put cannot change afterwards, and no two tenants share an object. */
const entries = new QuickLRU<string, { readonly text: string; readonly endsAt: number }>({
  maxSize: CACHE_ENTRIES,
});

/** A plugin's cache for one organisation, in this isolate's memory. */
export function createCache(clock: Clock, organizationId: string, pluginId: string): PluginCache {
  const nameOf = (key: string) => JSON.stringify([organizationId, pluginId, key]);
  return {
    get(key) {
      const entry = entries.get(nameOf(key));
      return entry === undefined || entry.endsAt <= clock.now() ? undefined : JSON.parse(entry.text);
    },
    put(key, value, ttlSeconds) {
      const text = JSON.stringify(value);
      if (text === undefined || text.length > CACHE_VALUE_MAX_CHARACTERS) {
        throw new PluginLimitError(
          `What is cached is JSON of at most ${CACHE_VALUE_MAX_CHARACTERS} characters.`,
        );
      }
      entries.set(nameOf(key), {
        text,
        endsAt: clock.now() + Math.min(ttlSeconds, CACHE_TTL_MAX_SECONDS) * 1_000,
      });
    },
    delete(key) {
      entries.delete(nameOf(key));
    },
  };
}
