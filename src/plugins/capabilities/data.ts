import { and, asc, count, eq, gt, like, sql } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import { pluginDocument } from "../../db/schema/index.ts";
import { type PluginData, PluginLimitError } from "../in-process/index.ts";
import { DOCUMENT_MAX_CHARACTERS, DOCUMENTS_MAX, KEY_MAX_CHARACTERS, LIST_MAX } from "./limits.ts";
import type { Guard } from "./permission-guard.ts";

type Owner = { readonly organizationId: string; readonly pluginId: string };

/** The documents of one plugin in one organisation. No query goes beyond both. */
export function createData(
  { db, clock }: Pick<CtxBase, "db" | "clock">,
  { organizationId, pluginId }: Owner,
  requireGranted: Guard,
): PluginData {
  const isOwn = and(eq(pluginDocument.organizationId, organizationId), eq(pluginDocument.pluginId, pluginId));
  const columns = { key: pluginDocument.key, value: pluginDocument.value };
  const present = (row: { key: string; value: string }) => ({
    key: row.key,
    value: JSON.parse(row.value) as unknown,
  });
  return {
    async get(key) {
      const row = await db
        .select(columns)
        .from(pluginDocument)
        .where(and(isOwn, eq(pluginDocument.key, key)))
        .get();
      return row === undefined ? undefined : present(row).value;
    },
    async put(key, value) {
      const text = JSON.stringify(value);
      if (key === "" || key.length > KEY_MAX_CHARACTERS) {
        throw new PluginLimitError(`A key has 1 to ${KEY_MAX_CHARACTERS} characters.`);
      }
      if (text === undefined || text.length > DOCUMENT_MAX_CHARACTERS) {
        throw new PluginLimitError(`A document is JSON of at most ${DOCUMENT_MAX_CHARACTERS} characters.`);
      }
      const held = db.select({ held: count() }).from(pluginDocument).where(isOwn);
      const same = db
        .select({ key: pluginDocument.key })
        .from(pluginDocument)
        .where(and(isOwn, eq(pluginDocument.key, key)));
      const now = clock.now();
      // One statement, so that puts side by side cannot pass the bound together.
      const written = await db
        .insert(pluginDocument)
        .select(
          sql`select ${organizationId}, ${pluginId}, ${key}, ${text}, ${now}
              where exists ${same} or ${held} < ${DOCUMENTS_MAX}`,
        )
        .onConflictDoUpdate({
          target: [pluginDocument.organizationId, pluginDocument.pluginId, pluginDocument.key],
          set: { value: text, updatedAt: now },
        })
        .run();
      if (written.meta.changes === 0) {
        throw new PluginLimitError(`A plugin holds at most ${DOCUMENTS_MAX} documents.`);
      }
    },
    async delete(key) {
      await db.delete(pluginDocument).where(and(isOwn, eq(pluginDocument.key, key)));
    },
    async list({ prefix = "", after = "", limit = LIST_MAX } = {}) {
      const rows = await db
        .select(columns)
        .from(pluginDocument)
        .where(
          and(
            isOwn,
            gt(pluginDocument.key, after),
            prefix === "" ? undefined : sql`substr(${pluginDocument.key}, 1, length(${prefix})) = ${prefix}`,
          ),
        )
        .orderBy(asc(pluginDocument.key))
        .limit(Math.min(limit, LIST_MAX));
      return rows.map(present);
    },
    async search(text, limit = LIST_MAX) {
      requireGranted("SEARCH");
      const rows = await db
        .select(columns)
        .from(pluginDocument)
        .where(and(isOwn, containsText(text)))
        .orderBy(asc(pluginDocument.key))
        .limit(Math.min(limit, LIST_MAX));
      return rows.map(present);
    },
  };
}

/** `%` and `_` are letters like all others here. */
function containsText(text: string) {
  const literal = JSON.stringify(text).slice(1, -1);
  return sql`${like(pluginDocument.value, `%${literal.replace(/[\\%_]/g, "\\$&")}%`)} escape '\\'`;
}
