import { eq } from "drizzle-orm";
import type { CtxBase } from "../../access/context.ts";
import { receipt } from "../../db/schema/index.ts";
import { signPath } from "../../kernel/signed-path.ts";
import { readFontsFrom } from "./asset-fonts.ts";
import { LINK_LIFETIME_MS } from "./limits.ts";
import { fileNameOf, readContent } from "./receipt-row.ts";

export type OpenedReceipt = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly fileName: string;
  readonly url: string;
};

/** Where a receipt's file is served to whoever has the signed link. */
export function receiptPath(id: string): string {
  return `/receipts/${id}.pdf`;
}

/**
 * The receipt as a file, drawn anew from what was issued, with a link that works for a week. Asks for no permission:
 * for the way out to the customer, which names the organisation, and for a link that was signed, which needs none. Null
 * when there is no such receipt.
 */
export async function openReceipt({
  ctx,
  input: { id, organizationId },
}: {
  ctx: CtxBase;
  input: { id: string; organizationId: string | null };
}): Promise<OpenedReceipt | null> {
  const row = await ctx.db.select().from(receipt).where(eq(receipt.id, id)).get();
  if (row === undefined || (organizationId !== null && row.organizationId !== organizationId)) {
    return null;
  }
  // Fonts and the maker of PDFs are large, and only here.
  const { renderReceipt } = await import("./render-receipt.ts");
  const { publicBaseUrl, authSecret } = ctx.config;
  return {
    bytes: await renderReceipt(readContent(row), readFontsFrom(ctx.assets)),
    fileName: fileNameOf(row),
    url: publicBaseUrl + (await signPath(authSecret, receiptPath(id), ctx.clock.now() + LINK_LIFETIME_MS)),
  };
}
