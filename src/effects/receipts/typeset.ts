/**
 * Text of any script as lines of glyph runs: which font, in which direction, where a line ends. The Unicode
 * bidirectional algorithm (UAX 9) is bidi-js's, shaping is fontkit's; this decides runs and line breaks.
 */
import bidiFactory from "bidi-js";
import { type BookFont, type FontBook, type FontWeight, isInvisible, REPLACEMENT } from "./font-book.ts";

/** A piece that one font draws at once; its text is in logical order, shaping turns it round where it must. */
export type GlyphRun = {
  readonly font: BookFont;
  readonly text: string;
  readonly width: number;
  /** What the run stands for, before anything was left out or mirrored. */
  readonly source: string;
  readonly isRightToLeft: boolean;
};

export type Line = {
  /** From left to right. */
  readonly runs: readonly GlyphRun[];
  readonly width: number;
  readonly isRightToLeft: boolean;
};

export type TextStyle = { readonly size: number; readonly weight: FontWeight };

const bidi = bidiFactory();
const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });
const CAN_BREAK_AFTER = /[\s\u200B/,;:–—-]$/u;
const IDEOGRAPHIC =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Script=Thai}|\p{Script=Lao}|\p{Script=Khmer}|\p{Script=Myanmar}/u;
/** An emoji's font has a space too, as wide as its pictures. */
const PICTURE = /\p{Extended_Pictographic}/u;
const LINE_ENDS = /\r\n|[\n\r\u0085\u2028\u2029]/u;

/** A character as a reader sees it, with where it stands in its paragraph. */
type Cluster = {
  readonly text: string;
  readonly start: number;
  readonly font: BookFont;
  readonly level: number;
  readonly drawn: string;
};

/** The text in lines of at most `maxWidth` points. An empty text is no line; an empty paragraph is an empty one. */
export function typeset(book: FontBook, text: string, style: TextStyle, maxWidth: number): Line[] {
  return text === ""
    ? []
    : text.split(LINE_ENDS).flatMap((paragraph) => setParagraph(book, paragraph, style, maxWidth));
}

function setParagraph(book: FontBook, text: string, style: TextStyle, maxWidth: number): Line[] {
  const levels = bidi.getEmbeddingLevels(text);
  const isRightToLeft = (levels.paragraphs[0]?.level ?? 0) % 2 === 1;
  const clusters = toClusters(book, text, style, levels.levels);
  const lines: Line[] = [];
  let start = 0;
  while (start < clusters.length || lines.length === 0) {
    const end = findLineEnd(clusters, start, style, maxWidth);
    const shown = clusters.slice(start, trimEnd(clusters, start, end));
    const cutAt = clusters.slice(start + shown.length, end).map((cluster) => cluster.text);
    const runs = inVisualOrder(toRuns(shown, style)).map(({ run }) => run);
    const last = runs.at(-1);
    if (last !== undefined) {
      // The white space at which the line was cut belongs to its text, not to its shape.
      runs[runs.length - 1] = { ...last, source: last.source + cutAt.join("") };
    }
    lines.push({ runs, width: runs.reduce((sum, { width }) => sum + width, 0), isRightToLeft });
    start = end;
    if (clusters.length === 0) {
      break;
    }
  }
  return lines;
}

function toClusters(book: FontBook, text: string, { weight }: TextStyle, levels: Uint8Array): Cluster[] {
  let font: BookFont | null = null;
  let previous = "";
  const clusters: Cluster[] = [];
  for (const { segment, index } of graphemes.segment(text)) {
    const visible = toVisible(segment);
    const isLikePrevious = isNeutral(visible) && !PICTURE.test(previous);
    font = book.find(visible, weight, isLikePrevious ? font : null);
    previous = segment;
    const level = levels[index] ?? 0;
    const drawn =
      font === null
        ? REPLACEMENT
        : level % 2 === 1
          ? (bidi.getMirroredCharacter(visible) ?? visible)
          : visible;
    clusters.push({ text: segment, start: index, font: font ?? book.base, level, drawn });
  }
  return clusters;
}

/** What belongs to no script of its own stays in the font of what is before it. */
function isNeutral(text: string): boolean {
  return /^[\p{Script=Common}\p{Script=Inherited}]*$/u.test(text);
}

/** Without what has no shape. Joiners stay inside of a cluster, where they choose the shape. */
function toVisible(segment: string): string {
  const characters = [...segment];
  return characters
    .filter((character) => {
      const codePoint = character.codePointAt(0) ?? 0;
      const isJoiner = codePoint === 0x200c || codePoint === 0x200d;
      return !isInvisible(codePoint) || (isJoiner && characters.length > 1);
    })
    .join("")
    .replaceAll("\t", "    ")
    .replaceAll(/\p{Cc}/gu, "");
}

/** After the last cluster that fits, at a place where a line may end; in the middle of a word when it must. */
function findLineEnd(
  clusters: readonly Cluster[],
  start: number,
  style: TextStyle,
  maxWidth: number,
): number {
  let lastBreak = start;
  let end = start;
  let width = 0;
  while (end < clusters.length) {
    const wordEnd = findWordEnd(clusters, end);
    const wordWidth = measure(clusters.slice(end, trimEnd(clusters, end, wordEnd)), style);
    if (width + wordWidth > maxWidth) {
      break;
    }
    width += measure(clusters.slice(end, wordEnd), style);
    end = wordEnd;
    lastBreak = end;
  }
  if (lastBreak > start || start >= clusters.length) {
    return lastBreak;
  }
  return findForcedBreak(clusters, start, style, maxWidth);
}

function findWordEnd(clusters: readonly Cluster[], start: number): number {
  let index = start;
  while (index < clusters.length) {
    const here = clusters[index]?.text ?? "";
    const next = clusters[index + 1]?.text ?? "";
    index += 1;
    const isSpaceNext = /^\s/u.test(next);
    if (!isSpaceNext && (CAN_BREAK_AFTER.test(here) || IDEOGRAPHIC.test(here) || IDEOGRAPHIC.test(next))) {
      return index;
    }
  }
  return index;
}

/** A word that is wider than a line: by halving, since measuring a run shapes all of it. */
function findForcedBreak(
  clusters: readonly Cluster[],
  start: number,
  style: TextStyle,
  maxWidth: number,
): number {
  let fits = start + 1;
  let tooFar = findWordEnd(clusters, start) + 1;
  while (tooFar - fits > 1) {
    const middle = Math.floor((fits + tooFar) / 2);
    if (measure(clusters.slice(start, middle), style) <= maxWidth) {
      fits = middle;
    } else {
      tooFar = middle;
    }
  }
  return fits;
}

function trimEnd(clusters: readonly Cluster[], start: number, end: number): number {
  let trimmed = end;
  while (trimmed > start && /^\s*$/u.test(clusters[trimmed - 1]?.text ?? "")) {
    trimmed -= 1;
  }
  return trimmed;
}

function measure(clusters: readonly Cluster[], style: TextStyle): number {
  return toRuns(clusters, style).reduce((sum, { run }) => sum + run.width, 0);
}

type LevelRun = { readonly level: number; readonly run: GlyphRun };

function toRuns(clusters: readonly Cluster[], { size }: TextStyle): LevelRun[] {
  const pieces: { font: BookFont; level: number; text: string; source: string }[] = [];
  for (const { font, level, drawn, text: source } of clusters) {
    const last = pieces.at(-1);
    if (last !== undefined && last.font === font && last.level === level) {
      // Shaping turns a script round, and knows nothing of a run of mere punctuation.
      last.text = level % 2 === 1 && isNeutral(last.text + drawn) ? drawn + last.text : last.text + drawn;
      last.source += source;
    } else {
      pieces.push({ font, level, text: drawn, source });
    }
  }
  return pieces.map(({ font, level, text, source }) => {
    const isRightToLeft = level % 2 === 1;
    return { level, run: { font, text, width: widthOf(font, text, size), source, isRightToLeft } };
  });
}

/** By the places that it is drawn at: kerning and marks count. */
function widthOf(font: BookFont, text: string, size: number): number {
  return text === "" ? 0 : (font.places(text).reduce((sum, { advance }) => sum + advance, 0) * size) / 1000;
}

/** Rule L2 of UAX 9, on whole runs: from the highest level down, whatever is at it or above is turned round. */
function inVisualOrder(runs: readonly LevelRun[]): LevelRun[] {
  const ordered = [...runs];
  const highest = Math.max(0, ...runs.map(({ level }) => level));
  for (let level = highest; level >= 1; level--) {
    let start = 0;
    while (start < ordered.length) {
      let end = start;
      while (end < ordered.length && (ordered[end]?.level ?? 0) >= level) {
        end += 1;
      }
      if (end > start) {
        ordered.splice(start, end - start, ...ordered.slice(start, end).reverse());
      }
      start = end + 1;
    }
  }
  return ordered;
}
