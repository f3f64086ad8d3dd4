/** The fonts of one document: for each character the first that has it, read only when a text needs it. */
import { create, type Font } from "@cantoo/fontkit";
import type { PDFDocument, PDFFont } from "@cantoo/pdf-lib";
import type { FontFile } from "../../contract/receipt-fonts.ts";

export type FontWeight = FontFile["weight"];

/** Where the font files lie. */
export type FontSource = {
  list(): Promise<readonly FontFile[]>;
  read(name: string): Promise<Uint8Array>;
};

/** Where a glyph of a shaped text stands, in thousandths of the type's size. */
type GlyphPlace = { readonly advance: number; readonly dx: number; readonly dy: number };

/** A font that is embedded in the document, cut down to the characters that are used when it is saved. */
export type BookFont = {
  readonly pdf: PDFFont;
  readonly has: (codePoint: number) => boolean;
  /** One place for each glyph that `pdf.encodeText` makes of the text, from left to right. */
  readonly places: (text: string) => readonly GlyphPlace[];
};

export type FontBook = {
  /**
   * The font for a cluster of characters: `preferred` when it has all of them, else the first that has, else null.
   * Of what was prepared only.
   */
  find(cluster: string, weight: FontWeight, preferred: BookFont | null): BookFont | null;
  /** For line heights, and for what no font has. */
  readonly base: BookFont;
};

/** What says how neighbours join, or in which direction they run, and has no shape of its own. */
export function isInvisible(codePoint: number): boolean {
  return (
    (codePoint >= 0x200b && codePoint <= 0x200f) ||
    (codePoint >= 0x202a && codePoint <= 0x202e) ||
    (codePoint >= 0x2060 && codePoint <= 0x2069) ||
    (codePoint >= 0xfe00 && codePoint <= 0xfe0f) ||
    codePoint === 0xfeff
  );
}

/** Stands for a character that no font has. It is in the base font. */
export const REPLACEMENT = "\uFFFD";

type Opened = BookFont & { readonly file: FontFile };

/** Reads and embeds every font that the texts need, in both weights where there are two. */
export async function openFontBook(
  document: PDFDocument,
  source: FontSource,
  texts: Iterable<string>,
): Promise<FontBook> {
  const created: Font[] = [];
  document.registerFontkit({
    create: (data: Uint8Array) => {
      const font = create(data) as Font;
      created.push(font);
      return font;
    },
  });
  const needed = new Set<number>([REPLACEMENT.charCodeAt(0), 0x20]);
  for (const text of texts) {
    for (const character of text) {
      needed.add(character.codePointAt(0) ?? 0);
    }
  }
  const opened: Opened[] = [];
  for (const file of await source.list()) {
    const covers = ([start, end]: readonly [number, number]) =>
      [...needed].some((codePoint) => codePoint >= start && codePoint <= end);
    if (file.ranges.some(covers)) {
      const pdf = await document.embedFont(await source.read(file.name), { subset: true });
      const font = created.at(-1);
      if (font === undefined) {
        throw new Error(`The font ${file.name} was not opened.`);
      }
      opened.push({
        file,
        pdf,
        has: (codePoint) => font.hasGlyphForCodePoint(codePoint),
        places: (text) => placesOf(font, text),
      });
    }
  }
  const base = opened.find(({ file, has }) => file.weight === 400 && has(REPLACEMENT.charCodeAt(0)));
  if (base === undefined) {
    throw new Error("No font has the replacement character.");
  }
  const hasAll = ({ has }: BookFont, cluster: string) =>
    [...cluster].every((character) => {
      const codePoint = character.codePointAt(0) ?? 0;
      return isInvisible(codePoint) || has(codePoint);
    });
  return {
    base,
    find(cluster, weight, preferred) {
      if (preferred !== null && hasAll(preferred, cluster)) {
        return preferred;
      }
      const able = opened.filter((font) => hasAll(font, cluster));
      return able.find(({ file }) => file.weight === weight) ?? able[0] ?? null;
    },
  };
}

function placesOf(font: Font, text: string): GlyphPlace[] {
  const { glyphs, positions } = font.layout(text);
  const perThousand = 1000 / font.unitsPerEm;
  return glyphs.map(({ advanceWidth }, index) => {
    const { xAdvance = advanceWidth, xOffset = 0, yOffset = 0 } = positions?.[index] ?? {};
    return { advance: xAdvance * perThousand, dx: xOffset * perThousand, dy: yOffset * perThousand };
  });
}
