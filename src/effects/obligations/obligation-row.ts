import type { obligation } from "../../db/schema/index.ts";

export type ObligationRow = typeof obligation.$inferSelect;

/** Names the message of its present round in the conversation: there is one. */
export function messageKeyOf({ id, round }: Pick<ObligationRow, "id" | "round">): string {
  return `${id}:${round}`;
}
