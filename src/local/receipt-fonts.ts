/**
 * The fonts of receipts: Noto Sans in every script that its packages bring, cut into files by range, so that a
 * receipt loads only what its names are written in.
 */
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FontFile } from "../contract/receipt-fonts.ts";

/** The order decides which font a character gets that several have. */
const FAMILIES = [
  "noto-sans",
  "noto-sans-arabic",
  "noto-sans-ethiopic",
  "noto-sans-hebrew",
  "noto-sans-devanagari",
  "noto-sans-bengali",
  "noto-sans-tamil",
  "noto-sans-telugu",
  "noto-sans-gujarati",
  "noto-sans-gurmukhi",
  "noto-sans-kannada",
  "noto-sans-malayalam",
  "noto-sans-sinhala",
  "noto-sans-thai",
  "noto-sans-lao",
  "noto-sans-khmer",
  "noto-sans-myanmar",
  "noto-sans-georgian",
  "noto-sans-armenian",
  "noto-sans-tifinagh",
  "noto-sans-nko",
  "noto-sans-adlam",
  "noto-sans-vai",
  "noto-sans-sc",
  "noto-sans-kr",
  "noto-emoji",
] as const;

/** Headings use it; other scripts have one weight. */
const BOLD_FAMILY = "noto-sans";

/** Copies the fonts of the packages under `root` to `target`, with `index.json` (`FontFile[]`) beside them. */
export async function writeReceiptFonts(root: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  const lists = await Promise.all(
    FAMILIES.map(async (family) => [
      ...(await copyFamily(root, target, family, 400)),
      ...(family === BOLD_FAMILY ? await copyFamily(root, target, family, 700) : []),
    ]),
  );
  await writeFile(join(target, "index.json"), JSON.stringify(lists.flat()));
}

async function copyFamily(
  root: string,
  target: string,
  family: string,
  weight: 400 | 700,
): Promise<FontFile[]> {
  const folder = join(root, "node_modules/@fontsource", family);
  const [ranges, names] = await Promise.all([
    readFile(join(folder, "unicode.json"), "utf8").then((text) => JSON.parse(text) as Record<string, string>),
    readdir(join(folder, "files")).then((list) => new Set(list)),
  ]);
  const files: FontFile[] = [];
  for (const [key, range] of Object.entries(ranges)) {
    // Numbered subsets are written "[7]".
    const name = `${family}-${key.replaceAll(/[[\]]/g, "")}-${weight}-normal.woff`;
    // Latin letters come with every family; one is enough.
    const isExtraLatin = family !== "noto-sans" && /^(latin|cyrillic|greek|vietnamese)/.test(key);
    if (names.has(name) && !isExtraLatin) {
      await copyFile(join(folder, "files", name), join(target, name));
      files.push({ name, weight, ranges: parseRanges(range) });
    }
  }
  return files;
}

/** `U+0460-052F,U+20B4` as pairs of code points, ends included. */
function parseRanges(text: string): [number, number][] {
  return text.split(",").map((part) => {
    const [start = "", end = start] = part.trim().replace("U+", "").split("-");
    return [Number.parseInt(start, 16), Number.parseInt(end, 16)];
  });
}
