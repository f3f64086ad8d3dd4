import { PDFDocument, type PDFImage } from "@cantoo/pdf-lib";
import type { ReceiptLogo } from "./receipt.ts";

/** The logo as a picture of the document. Throws when it is not what its content type says. */
export async function embedLogo(
  document: PDFDocument,
  { contentType, base64 }: ReceiptLogo,
): Promise<PDFImage> {
  return contentType === "image/png" ? document.embedPng(base64) : document.embedJpg(base64);
}

/** Whether a receipt could show it: asked when it is set, so that no receipt fails for it later. */
export async function isDrawable(logo: ReceiptLogo): Promise<boolean> {
  try {
    const document = await PDFDocument.create();
    document.addPage().drawImage(await embedLogo(document, logo));
    await document.save();
    return true;
  } catch {
    return false;
  }
}
