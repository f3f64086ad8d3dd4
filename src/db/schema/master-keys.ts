/** The master keys that sealed values were last seen under: what the operator reads before taking one out of the ring. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { at, id } from "./columns.ts";

/** Written by the platform's own count, once an hour while there is more than one. */
export const masterKey = sqliteTable("master_key", {
  /** As in `KEY_RING`. */
  id: id(),
  /** `missing`: not in the ring any more, although values need it. */
  role: text("role", { enum: ["newest", "older", "missing"] }).notNull(),
  /** Since when it has been that. */
  since: at("since").notNull(),
  /** Values that it sealed and no other key opens, at least; not counted for the newest. */
  left: integer("left").notNull(),
  mayBeRemoved: integer("may_be_removed", { mode: "boolean" }).notNull(),
  countedAt: at("counted_at").notNull(),
});
