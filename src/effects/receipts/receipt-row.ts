import { and, eq } from "drizzle-orm";
import type { Ctx } from "../../access/context.ts";
import { receipt } from "../../db/schema/index.ts";
import { notFound } from "../../kernel/errors.ts";
import type { ReceiptContent } from "./receipt.ts";

export type ReceiptRow = typeof receipt.$inferSelect;

/** What the receipt says, its number included. */
export function readContent({ content, number }: Pick<ReceiptRow, "content" | "number">): ReceiptContent {
  return { ...(JSON.parse(content) as Omit<ReceiptContent, "number">), number };
}

/** The name under which people keep the file. */
export function fileNameOf({ number }: Pick<ReceiptRow, "number">): string {
  return `${number}.pdf`;
}

/** The receipt, when it is the organisation's. Throws `receipt_not_found`. */
export async function findReceipt(
  ctx: Pick<Ctx, "db">,
  organizationId: string,
  id: string,
): Promise<ReceiptRow> {
  const row = await ctx.db
    .select()
    .from(receipt)
    .where(and(eq(receipt.id, id), eq(receipt.organizationId, organizationId)))
    .get();
  if (row === undefined) {
    throw notFound("receipt", id);
  }
  return row;
}
