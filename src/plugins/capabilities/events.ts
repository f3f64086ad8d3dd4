import type { CtxBase } from "../../access/context.ts";
import { pluginEvent } from "../../db/schema/index.ts";
import { newId } from "../../kernel/ids.ts";
import { redactToText } from "../../kernel/redact.ts";
import { type PluginEvents, PluginLimitError } from "../in-process/index.ts";
import { EVENT_DATA_MAX_BYTES, NAME_PATTERN } from "./limits.ts";

type Source = {
  readonly organizationId: string;
  readonly instanceId: string;
  readonly installationId: string;
  readonly pluginSlug: string;
  readonly sourceId: string;
};

/** What a plugin wants people to know, redacted as every record is. */
export function createEvents({ db, clock }: Pick<CtxBase, "db" | "clock">, source: Source): PluginEvents {
  return {
    async emit(name, data = {}) {
      if (!NAME_PATTERN.test(name)) {
        throw new PluginLimitError("An event's name is a short word, such as ticket.closed.");
      }
      await db.insert(pluginEvent).values({
        id: newId("pluginEvent"),
        ...source,
        name,
        data: redactToText(data, { maxBytes: EVENT_DATA_MAX_BYTES }),
        createdAt: clock.now(),
      });
    },
  };
}
