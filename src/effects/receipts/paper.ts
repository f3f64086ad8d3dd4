/** Pages that fill from the top: lines of text, rules and a picture, and a new page when one is full. */
import {
  beginText,
  endText,
  type PDFDocument,
  PDFHexString,
  type PDFImage,
  PDFName,
  PDFOperator,
  PDFOperatorNames,
  type PDFPage,
  rgb,
  setFillingRgbColor,
  setFontAndSize,
  setTextMatrix,
  showText,
} from "@cantoo/pdf-lib";
import type { BookFont, FontBook } from "./font-book.ts";
import { type Line, type TextStyle, typeset } from "./typeset.ts";

/** A4, in points. */
const PAGE = { width: 595.28, height: 841.89 } as const;
const MARGIN = 54;
const FOOTER_HEIGHT = 24;
/** Of the type's size: Noto's tallest scripts need it. */
const LINE_HEIGHT = 1.45;

const INK = rgb(0.11, 0.17, 0.16);
export const FAINT = rgb(0.42, 0.47, 0.46);
const RULE = rgb(0.82, 0.85, 0.84);

export type Column = { readonly x: number; readonly width: number; readonly align: "start" | "end" };

/** The whole width between the margins. */
export const FULL: Column = { x: MARGIN, width: PAGE.width - 2 * MARGIN, align: "start" };

/** A part of the full width, from and to being fractions of it. */
export function column(from: number, to: number, align: Column["align"] = "start"): Column {
  return { x: MARGIN + FULL.width * from, width: FULL.width * (to - from), align };
}

export type Cell = {
  readonly text: string;
  readonly column: Column;
  readonly style: TextStyle;
  readonly color?: ReturnType<typeof rgb>;
};

export type Paper = {
  /** Writes cells side by side; the next row stands below the tallest. Rows go on over as many pages as they need. */
  row(cells: readonly Cell[]): void;
  /** The same with one cell of the whole width. */
  text(text: string, style: TextStyle, color?: Cell["color"]): void;
  gap(points: number): void;
  rule(): void;
  /** At the right of the top of this page, beside what is written next. */
  picture(image: PDFImage): void;
  /** Writes the same at the foot of every page, with its number. */
  foot(text: string): void;
};

/** A pile of pages in the document. */
export function createPaper(document: PDFDocument, book: FontBook): Paper {
  let page = document.addPage([PAGE.width, PAGE.height]);
  let y = PAGE.height - MARGIN;

  const makeRoom = (height: number) => {
    if (y - height < MARGIN + FOOTER_HEIGHT) {
      page = document.addPage([PAGE.width, PAGE.height]);
      y = PAGE.height - MARGIN;
    }
  };

  const row = (cells: readonly Cell[]) => {
    const set = cells.map((cell) => ({
      ...cell,
      lines: typeset(book, cell.text, cell.style, cell.column.width),
    }));
    const rows = Math.max(0, ...set.map(({ lines }) => lines.length));
    const height = Math.max(0, ...cells.map(({ style }) => style.size)) * LINE_HEIGHT;
    for (let index = 0; index < rows; index++) {
      makeRoom(height);
      for (const {
        lines,
        style,
        column: { x, width, align },
        color = INK,
      } of set) {
        const line = lines[index];
        if (line !== undefined) {
          const isAtEnd = (align === "end") !== line.isRightToLeft;
          drawLine(page, line, { x: isAtEnd ? x + width - line.width : x, y: y - style.size, style, color });
        }
      }
      y -= height;
    }
  };

  return {
    row,
    text: (text, style, color = INK) => row([{ text, column: FULL, style, color }]),
    gap: (points) => {
      y -= points;
    },
    rule: () => {
      makeRoom(12);
      page.drawLine({
        start: { x: MARGIN, y: y - 6 },
        end: { x: PAGE.width - MARGIN, y: y - 6 },
        thickness: 0.7,
        color: RULE,
      });
      y -= 12;
    },
    picture: (image) => {
      const { width, height } = image.scaleToFit(140, 64);
      page.drawImage(image, { x: PAGE.width - MARGIN - width, y: y - height, width, height });
    },
    foot: (text) => {
      const pages = document.getPages();
      for (const [index, each] of pages.entries()) {
        const style: TextStyle = { size: 8, weight: 400 };
        const [line] = typeset(book, `${text} · ${index + 1}/${pages.length}`, style, FULL.width);
        if (line !== undefined) {
          drawLine(each, line, { x: MARGIN, y: MARGIN - FOOTER_HEIGHT / 2, style, color: FAINT });
        }
      }
    },
  };
}

type Place = {
  readonly x: number;
  readonly y: number;
  readonly style: TextStyle;
  readonly color: ReturnType<typeof rgb>;
};

/**
 * Draws the runs and says what they mean: glyphs that were shaped or turned round do not give their text back by
 * themselves, so a run carries it in logical order (ISO 32000-1, 14.9.4), for a reader, a search and a screen reader.
 */
function drawLine(page: PDFPage, line: Line, { x, y, style, color }: Place): void {
  let left = x;
  for (const { font, text, width, source } of line.runs) {
    const key = page.node.newFontDictionary(font.pdf.name, font.pdf.ref);
    const meaning = `<</ActualText ${PDFHexString.fromText(source).toString()}>>`;
    page.pushOperators(
      // The meaning inside of the text object: readers place it where that stands.
      beginText(),
      setFillingRgbColor(color.red, color.green, color.blue),
      setFontAndSize(key, style.size),
      PDFOperator.of(PDFOperatorNames.BeginMarkedContentSequence, [PDFName.of("Span"), meaning]),
      ...showRun(font, text, left, y, style.size),
      PDFOperator.of(PDFOperatorNames.EndMarkedContent),
      endText(),
    );
    left += width;
  }
}

/** In one go where each glyph follows the one before; glyph by glyph where marks stand above or below, or kern. */
function showRun(font: BookFont, text: string, x: number, y: number, size: number): PDFOperator[] {
  const encoded = font.pdf.encodeText(text);
  const glyphs = encoded.asString().match(/.{4}/g) ?? [];
  let left = x;
  return font.places(text).flatMap(({ advance, dx, dy }, index) => {
    const glyph = glyphs[index];
    const at = { x: left + (dx * size) / 1000, y: y + (dy * size) / 1000 };
    left += (advance * size) / 1000;
    return glyph === undefined
      ? []
      : [setTextMatrix(1, 0, 0, 1, at.x, at.y), showText(PDFHexString.of(glyph))];
  });
}
