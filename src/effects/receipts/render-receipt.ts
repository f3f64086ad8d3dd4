import { PDFDocument } from "@cantoo/pdf-lib";
import { utf8 } from "../../kernel/encoding.ts";
import { formatMoney, formatTime, toDetailLines } from "./describe-receipt.ts";
import { embedLogo } from "./embed-logo.ts";
import { type FontSource, openFontBook } from "./font-book.ts";
import { column, createPaper, FAINT, FULL, type Paper } from "./paper.ts";
import type { ReceiptContent } from "./receipt.ts";
import type { TextStyle } from "./typeset.ts";

const BODY: TextStyle = { size: 10, weight: 400 };
const STRONG: TextStyle = { size: 10, weight: 700 };
const LABEL: TextStyle = { size: 8.5, weight: 400 };
const TITLE: TextStyle = { size: 20, weight: 700 };
const TOTAL: TextStyle = { size: 13, weight: 700 };

const WORDS = {
  payment: { title: "Receipt", total: "Paid", by: "Paid by" },
  refund: { title: "Refund receipt", total: "Refunded", by: "Refunded to" },
} as const;

/**
 * The receipt as a PDF. The same content makes the same bytes. The free-form details are printed, and also attached as
 * the JSON text that came in, byte for byte.
 */
export async function renderReceipt(
  receipt: ReceiptContent,
  fonts: FontSource,
): Promise<Uint8Array<ArrayBuffer>> {
  const document = await PDFDocument.create();
  const words = WORDS[receipt.kind];
  const book = await openFontBook(document, fonts, textsOf(receipt));
  document.setTitle(`${words.title} ${receipt.number}`, { showInWindowTitleBar: true });
  document.setAuthor(receipt.business.name);
  document.setLanguage("en");
  document.setProducer("Kivuko");
  document.setCreator("Kivuko");
  const issued = new Date(receipt.issuedAt);
  document.setCreationDate(issued);
  document.setModificationDate(issued);

  const paper = createPaper(document, book);
  await writeHead(document, paper, receipt);
  writeFacts(paper, receipt);
  writeItems(paper, receipt);
  writeDetails(paper, receipt);
  if (receipt.business.thanks !== null) {
    paper.gap(14);
    paper.text(receipt.business.thanks, BODY);
  }
  paper.foot(`${words.title} ${receipt.number} · ${receipt.paymentId}`);
  if (receipt.orderDetails !== null) {
    await document.attach(utf8(receipt.orderDetails), "order-details.json", {
      mimeType: "application/json",
      description: "The order's details as they were given",
      creationDate: issued,
      modificationDate: issued,
    });
  }
  // The type leaves open whether the memory is shared; pdf-lib makes it anew.
  return (await document.save()) as Uint8Array<ArrayBuffer>;
}

async function writeHead(document: PDFDocument, paper: Paper, receipt: ReceiptContent): Promise<void> {
  const { business, kind, number } = receipt;
  const logo = business.logo === null ? null : await embedLogo(document, business.logo);
  if (logo !== null) {
    paper.picture(logo);
  }
  const beside = logo === null ? FULL : column(0, 0.66);
  paper.row([{ text: business.name, column: beside, style: { size: 14, weight: 700 } }]);
  for (const text of business.lines) {
    paper.row([{ text, column: beside, style: LABEL, color: FAINT }]);
  }
  if (business.taxNumber !== null) {
    paper.row([{ text: `Tax number ${business.taxNumber}`, column: beside, style: LABEL, color: FAINT }]);
  }
  paper.gap(22);
  paper.text(`${WORDS[kind].title} ${number}`, TITLE);
}

function writeFacts(paper: Paper, receipt: ReceiptContent): void {
  const facts: (readonly [string, string | null])[] = [
    ["Date", formatTime(receipt.issuedAt, receipt.timeZone)],
    ["Order", receipt.orderReference],
    ["For", receipt.description === "" ? null : receipt.description],
    ["Of receipt", receipt.refundOf],
    [WORDS[receipt.kind].by, receipt.payer],
    ["By way of", receipt.provider],
    ["Reference", receipt.providerReference],
  ];
  for (const [label, text] of facts) {
    if (text !== null) {
      paper.row([
        { text: label, column: column(0, 0.2), style: BODY, color: FAINT },
        { text, column: column(0.2, 1), style: BODY },
      ]);
    }
  }
}

function writeItems(paper: Paper, { items, amount, currency, kind }: ReceiptContent): void {
  const columns = [
    column(0, 0.5),
    column(0.5, 0.6, "end"),
    column(0.6, 0.8, "end"),
    column(0.8, 1, "end"),
  ] as const;
  const write = (texts: readonly [string, string, string, string], style: TextStyle, color?: typeof FAINT) =>
    paper.row(
      columns.map((place, index) => ({
        text: texts[index] ?? "",
        column: place,
        style,
        ...(color && { color }),
      })),
    );
  paper.gap(14);
  if (items.length > 0) {
    write(["Item", "Quantity", "Price", "Amount"], LABEL, FAINT);
    paper.rule();
    for (const { name, quantity, unitAmount } of items) {
      const price = formatMoney(unitAmount, currency);
      write([name, String(quantity), price, formatMoney(unitAmount * quantity, currency)], BODY);
    }
  }
  paper.rule();
  paper.row([
    { text: WORDS[kind].total, column: column(0, 0.5), style: TOTAL },
    { text: formatMoney(amount, currency), column: column(0.5, 1, "end"), style: TOTAL },
  ]);
}

function writeDetails(paper: Paper, { orderDetails }: ReceiptContent): void {
  const lines = toDetailLines(orderDetails);
  if (lines.length === 0) {
    return;
  }
  paper.gap(14);
  paper.text("Details", STRONG);
  paper.rule();
  for (const { label, value, depth } of lines) {
    const indent = Math.min(depth, 6) * 0.03;
    paper.row([{ text: label, column: column(indent, 1), style: LABEL, color: FAINT }]);
    paper.row([{ text: value, column: column(indent, 1), style: BODY }]);
  }
}

/** Everything that may stand on the paper, the words of our own included. */
function textsOf(receipt: ReceiptContent): string[] {
  const { business, items } = receipt;
  const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");
  return [
    ascii,
    "·\u202f",
    business.name,
    ...business.lines,
    business.taxNumber ?? "",
    business.thanks ?? "",
    receipt.number,
    receipt.orderReference,
    receipt.description,
    receipt.provider,
    receipt.providerReference ?? "",
    receipt.payer,
    ...items.map(({ name }) => name),
    ...toDetailLines(receipt.orderDetails).flatMap(({ label, value }) => [label, value]),
  ];
}
