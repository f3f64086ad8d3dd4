import { z } from "zod";
import type { chatNote } from "../../db/schema/index.ts";

export const ChatNote = z.object({
  id: z.string(),
  text: z.string(),
  author: z.object({ kind: z.string(), id: z.string() }),
  createdAt: z.iso.datetime(),
});
export type ChatNote = z.infer<typeof ChatNote>;

export function presentNote(row: typeof chatNote.$inferSelect): ChatNote {
  return {
    id: row.id,
    text: row.text,
    author: { kind: row.authorKind, id: row.authorId },
    createdAt: new Date(row.createdAt).toISOString(),
  };
}
