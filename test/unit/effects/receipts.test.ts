/**
 * Receipts as files: sound PDFs that say what they were issued with, in every script. The checks by qpdf and poppler run
 * where those are installed; `.ci/run` installs them.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PDFDocument } from "@cantoo/pdf-lib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FontFile } from "../../../src/contract/receipt-fonts.ts";
import {
  describeReceipt,
  formatMoney,
  formatTime,
  toDetailLines,
} from "../../../src/effects/receipts/describe-receipt.ts";
import { openFontBook } from "../../../src/effects/receipts/font-book.ts";
import type { ReceiptContent } from "../../../src/effects/receipts/receipt.ts";
import { renderReceipt } from "../../../src/effects/receipts/render-receipt.ts";
import { typeset } from "../../../src/effects/receipts/typeset.ts";
import { writeReceiptFonts } from "../../../src/local/receipt-fonts.ts";

const ROOT = join(import.meta.dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "kivuko-receipts-"));
const fonts = {
  list: async () => JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as FontFile[],
  read: async (name: string) => new Uint8Array(readFileSync(join(folder, name))),
};

beforeAll(() => writeReceiptFonts(ROOT, folder));
afterAll(() => rmSync(folder, { recursive: true }));

const ADDRESS = "Plot 14,  Gate C (blue gate), opposite Shell, Kilimani Road, 3rd floor";

const RECEIPT: ReceiptContent = {
  kind: "payment",
  number: "RCP-2026-000041",
  issuedAt: Date.UTC(2026, 10, 21, 21, 5),
  timeZone: "Africa/Nairobi",
  business: {
    name: "Duka la Amina",
    lines: ["Biashara Street 12, Nairobi"],
    taxNumber: "P051234567X",
    logo: null,
    thanks: "Asante sana!",
  },
  amount: 125_000,
  currency: "KES",
  items: [
    { name: "Gas cylinder 13 kg", quantity: 1, unitAmount: 100_000 },
    { name: "Hose", quantity: 2, unitAmount: 12_500 },
  ],
  orderReference: "DUK-2026-1120-0041",
  description: "Gas delivery",
  provider: "M-Pesa",
  providerReference: "SFF6XYZ123",
  paymentId: "pay_01k0",
  refundOf: null,
  payer: "•••• 111",
  orderDetails: JSON.stringify({ deliveryAddress: ADDRESS, customer: { name: "Wanjiru" } }),
};

function hasCommand(name: string): boolean {
  return spawnSync(name, ["--version"]).error === undefined;
}

async function writeFileOf(receipt: ReceiptContent): Promise<string> {
  const path = join(folder, `${crypto.randomUUID()}.pdf`);
  writeFileSync(path, await renderReceipt(receipt, fonts));
  return path;
}

describe("the words of a receipt", () => {
  it("[RECEIPT-01] shows money in whole currency units, as the currency divides", () => {
    expect(formatMoney(125_000, "KES")).toBe("KES 1,250.00");
    expect(formatMoney(1_250, "UGX")).toBe("UGX 1,250");
    expect(formatMoney(1, "KES")).toBe("KES 0.01");
  });

  it("[RECEIPT-02] shows the time of the merchant's zone, across midnight", () => {
    expect(formatTime(Date.UTC(2026, 11, 31, 21, 5), "Africa/Nairobi")).toBe("1 Jan 2027, 00:05 GMT+3");
    expect(formatTime(Date.UTC(2026, 11, 31, 21, 5), "America/New_York")).toContain("31 Dec 2026, 16:05");
  });

  it("sums a payment and a refund up in one sentence", () => {
    expect(describeReceipt(RECEIPT)).toBe(
      "Duka la Amina received KES 1,250.00 (M-Pesa SFF6XYZ123) for DUK-2026-1120-0041. Receipt RCP-2026-000041.",
    );
    expect(describeReceipt({ ...RECEIPT, kind: "refund", providerReference: null })).toBe(
      "Duka la Amina refunded KES 1,250.00 for DUK-2026-1120-0041. Receipt RCP-2026-000041.",
    );
  });

  it("lists free-form details of any shape, their texts untouched", () => {
    expect(toDetailLines('{"a":{"b":["x  y",2,null]},"c":"\\n"}')).toEqual([
      { label: "a", value: "", depth: 0 },
      { label: "b", value: "", depth: 1 },
      { label: "1", value: "x  y", depth: 2 },
      { label: "2", value: "2", depth: 2 },
      { label: "3", value: "null", depth: 2 },
      { label: "c", value: "\n", depth: 0 },
    ]);
    expect(toDetailLines(null)).toEqual([]);
  });
});

describe("typesetting", () => {
  const style = { size: 10, weight: 400 } as const;
  const set = async (text: string, width = 400) =>
    typeset(await openFontBook(await PDFDocument.create(), fonts, [text, " ()"]), text, style, width);

  it("breaks lines between words, and loses nothing", async () => {
    const text = "one two  three four five six seven eight nine ten";
    const lines = await set(text, 60);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.every(({ width }) => width <= 60)).toBe(true);
    expect(lines.flatMap(({ runs }) => runs.map(({ source }) => source)).join("")).toBe(text);
  });

  it("breaks a word that is wider than a line, and text without spaces", async () => {
    for (const text of ["x".repeat(300), "煤".repeat(200)]) {
      const lines = await set(text, 100);
      expect(lines.every(({ width }) => width <= 100)).toBe(true);
      expect(lines.flatMap(({ runs }) => runs.map(({ source }) => source)).join("")).toBe(text);
    }
  });

  it("puts runs of both directions in the order in which they are seen", async () => {
    const [line] = await set("مرجل (صنف A12) مع");
    expect(line?.isRightToLeft).toBe(true);
    const seen = line?.runs.map(({ source }) => source.trim()).filter((source) => source !== "");
    expect(seen?.indexOf("A12")).toBeGreaterThan(seen?.findIndex((source) => source.includes("مع")) ?? 9);
    expect(seen?.at(-1)).toContain("مرجل");
  });

  it("draws a sign in the place of what no font has", async () => {
    const [line] = await set("a\u{1F9FF}\u{10FFFD}b");
    expect(line?.runs.map(({ text }) => text).join("")).toContain("\uFFFD");
    expect(line?.runs.map(({ source }) => source).join("")).toContain("\u{10FFFD}");
  });

  it("has an empty line for an empty paragraph", async () => {
    expect(await set("a\n\nb")).toHaveLength(3);
  });
});

describe("the file", () => {
  it("[RECEIPT-03] is the same to the byte when it is drawn again", async () => {
    const [first, second] = [await renderReceipt(RECEIPT, fonts), await renderReceipt(RECEIPT, fonts)];
    expect(Buffer.from(first).equals(Buffer.from(second))).toBe(true);
  });

  it("goes on over as many pages as it needs: an address of 4,000 characters", async () => {
    const long = JSON.stringify({ deliveryAddress: "Nyumba ya pili, ".repeat(250) });
    const document = await PDFDocument.load(await renderReceipt({ ...RECEIPT, orderDetails: long }, fonts));
    expect(document.getPageCount()).toBe(2);
    const many = Array.from({ length: 120 }, (_, index) => ({
      name: `Item ${index}`,
      quantity: 1,
      unitAmount: 1,
    }));
    const pages = await PDFDocument.load(await renderReceipt({ ...RECEIPT, items: many }, fonts));
    expect(pages.getPageCount()).toBeGreaterThan(2);
  });

  it("refuses a logo that is no picture, rather than leave it out", async () => {
    const logo = { contentType: "image/png", base64: btoa("not a picture") } as const;
    const bad = { ...RECEIPT, business: { ...RECEIPT.business, logo } };
    await expect(renderReceipt(bad, fonts)).rejects.toThrow();
  });
});

describe.runIf(hasCommand("qpdf"))("by qpdf", () => {
  it("[RECEIPT-04] is a sound PDF, whatever it is written in", async () => {
    for (const name of [
      "Plain",
      "محمد عبد الله",
      "አበበ ቢቂላ",
      "क्षत्रिय प्रिया",
      "王小明",
      "한국어",
      "😀👍🏽👨‍👩‍👧",
      "ⵣⵓⵍ",
      "\u0000\u200f",
    ]) {
      const path = await writeFileOf({ ...RECEIPT, business: { ...RECEIPT.business, name } });
      const { status, stderr } = spawnSync("qpdf", ["--check", path], { encoding: "utf8" });
      expect(`${name}: ${status} ${stderr}`).toBe(`${name}: 0 `);
    }
  });

  it("[RECEIPT-05] carries the details as they came in, byte for byte", async () => {
    const orderDetails = '{ "deliveryAddress" : "Gate C,\\t 3rd floor 😀", "b":1.50, "a": "\\u0041" }';
    const path = await writeFileOf({ ...RECEIPT, orderDetails });
    const { stdout } = spawnSync("qpdf", [path, "--show-attachment=order-details.json"], {
      encoding: "utf8",
    });
    expect(stdout).toBe(orderDetails);
  });
});

describe.runIf(hasCommand("pdftotext"))("by pdftotext", () => {
  const textOf = async (receipt: ReceiptContent) =>
    spawnSync("pdftotext", ["-layout", await writeFileOf(receipt), "-"], { encoding: "utf8" }).stdout;

  it("[RECEIPT-06] says everything that a payer has to know", async () => {
    const text = await textOf(RECEIPT);
    for (const part of [
      "Duka la Amina",
      "Tax number P051234567X",
      "Receipt RCP-2026-000041",
      "22 Nov 2026, 00:05 GMT+3",
      "DUK-2026-1120-0041",
      "SFF6XYZ123",
      "Gas cylinder 13 kg",
      "KES 1,250.00",
      "KES 250.00",
      "Wanjiru",
      "Asante sana!",
      "pay_01k0",
    ]) {
      expect(text).toContain(part);
    }
  });

  it("[RECEIPT-05] says the address byte for byte, double spaces and all", async () => {
    expect(await textOf(RECEIPT)).toContain(ADDRESS);
  });

  it("gives back names in scripts that are shaped", async () => {
    const details = { a: "አበበ ቢቂላ", b: "क्षत्रिय प्रिया", c: "王小明", d: "Zoë Ñandú 😀" };
    const text = await textOf({ ...RECEIPT, orderDetails: JSON.stringify(details) });
    for (const name of Object.values(details)) {
      expect(text).toContain(name);
    }
  });

  it("is a receipt of its own for a refund", async () => {
    const text = await textOf({ ...RECEIPT, kind: "refund", refundOf: "RCP-2026-000040", items: [] });
    expect(text).toContain("Refund receipt RCP-2026-000041");
    expect(text).toContain("RCP-2026-000040");
    expect(text).toContain("Refunded to");
  });
});
