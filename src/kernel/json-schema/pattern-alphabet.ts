/**
 * The characters of a pattern, sorted into as few kinds as the pattern can tell apart. Two characters that the
 * same parts of the pattern accept are one kind, and a kind that is accepted wherever another one is makes the
 * other one uninteresting: it can only lead to more ways of matching, never to fewer.
 */
import type { AST } from "@eslint-community/regexpp";
import { type PatternWork, spend, TooHardToProve } from "./pattern-work.ts";

type Range = readonly [first: number, last: number];

/** A set of code points: some ranges and some Unicode properties, or all but these. */
export type CharacterSet = {
  readonly ranges: readonly Range[];
  readonly properties: readonly Property[];
  readonly isNegated: boolean;
};
type Property = { readonly name: string; readonly isNegated: boolean };

const LAST_CODE_POINT = 0x10ffff;
/** Below this, Unicode properties are looked up; above, every combination of them is taken to occur. */
const LOOKED_UP_BELOW = 0x100;
/** Properties of one pattern; the combinations of more are too many to look at. */
const PROPERTIES_MAX = 3;

/** Looking a property up costs as much as this many other steps. */
const PROPERTY_STEPS = 8;

const DIGITS: readonly Range[] = [[0x30, 0x39]];
const WORD: readonly Range[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
/** ECMAScript WhiteSpace and LineTerminator. */
const SPACE: readonly Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const LINE_ENDS: readonly Range[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];

/** The characters that a one-character part of a pattern accepts. */
export function toCharacterSet(node: AST.Character | AST.CharacterSet | AST.CharacterClass): CharacterSet {
  if (node.type !== "CharacterClass") {
    return { ...parts(node), isNegated: false };
  }
  const all = node.elements.map(parts);
  return {
    ranges: all.flatMap(({ ranges }) => ranges),
    properties: all.flatMap(({ properties }) => properties),
    isNegated: node.negate,
  };
}

type Parts = Pick<CharacterSet, "ranges" | "properties">;

function parts(node: AST.Character | AST.CharacterSet | AST.CharacterClass["elements"][number]): Parts {
  switch (node.type) {
    case "Character":
      return ranges([[node.value, node.value]]);
    case "CharacterClassRange":
      return ranges([[node.min.value, node.max.value]]);
    case "CharacterSet":
      switch (node.kind) {
        case "any":
          return ranges(complement(LINE_ENDS));
        case "digit":
          return ranges(node.negate ? complement(DIGITS) : DIGITS);
        case "space":
          return ranges(node.negate ? complement(SPACE) : SPACE);
        case "word":
          return ranges(node.negate ? complement(WORD) : WORD);
        default:
          return { ranges: [], properties: [{ name: node.raw.slice(2), isNegated: node.negate }] };
      }
    default:
      throw new TooHardToProve();
  }
}

function ranges(list: readonly Range[]): Parts {
  return { ranges: list, properties: [] };
}

function complement(sorted: readonly Range[]): Range[] {
  const gaps: Range[] = [];
  let next = 0;
  for (const [first, last] of sorted) {
    if (first > next) {
      gaps.push([next, first - 1]);
    }
    next = last + 1;
  }
  return [...gaps, [next, LAST_CODE_POINT]];
}

/** A kind of character: for each set, by index, whether it accepts the kind. */
export type Kind = readonly boolean[];

/** The kinds of characters that matter, given every set of the pattern. */
export function characterKinds(sets: readonly CharacterSet[], work: PatternWork): Kind[] {
  const names = [...new Set(sets.flatMap(({ properties }) => properties.map(({ name }) => name)))];
  if (names.length > PROPERTIES_MAX) {
    throw new TooHardToProve();
  }
  const properties = names.map((name) => ({ name, test: new RegExp(`\\p${name}`, "u") }));
  const kinds = new Map<string, Kind>();
  for (const codePoint of representatives(sets, names.length > 0)) {
    for (const held of propertyChoices(codePoint, properties)) {
      spend(work, sets.length + PROPERTY_STEPS * names.length);
      const kind = sets.map((set) => accepts(set, codePoint, held));
      kinds.set(kind.map(Number).join(""), kind);
    }
  }
  return withoutCovered([...kinds.values()], work);
}

/** One code point of each stretch that no set divides. */
function representatives(sets: readonly CharacterSet[], hasProperties: boolean): Set<number> {
  const found = new Set([0]);
  for (const [first, last] of sets.flatMap((set) => set.ranges)) {
    found.add(first);
    if (last < LAST_CODE_POINT) {
      found.add(last + 1);
    }
  }
  for (let codePoint = 0; hasProperties && codePoint <= LOOKED_UP_BELOW; codePoint++) {
    found.add(codePoint);
  }
  return found;
}

/** Which properties the code point may have: one answer where it is looked up, else all answers. */
function propertyChoices(
  codePoint: number,
  properties: readonly { name: string; test: RegExp }[],
): ReadonlySet<string>[] {
  if (codePoint < LOOKED_UP_BELOW) {
    const character = String.fromCodePoint(codePoint);
    return [new Set(properties.filter(({ test }) => test.test(character)).map(({ name }) => name))];
  }
  let choices: ReadonlySet<string>[] = [new Set()];
  for (const { name } of properties) {
    choices = choices.flatMap((choice) => [choice, new Set([...choice, name])]);
  }
  return choices;
}

function accepts(set: CharacterSet, codePoint: number, held: ReadonlySet<string>): boolean {
  const isListed =
    set.ranges.some(([first, last]) => first <= codePoint && codePoint <= last) ||
    set.properties.some(({ name, isNegated }) => held.has(name) !== isNegated);
  return isListed !== set.isNegated;
}

function withoutCovered(kinds: readonly Kind[], work: PatternWork): Kind[] {
  return kinds.filter((kind) => {
    spend(work, kinds.length * kind.length);
    return (
      kind.some(Boolean) &&
      !kinds.some((other) => other !== kind && kind.every((isAccepted, index) => !isAccepted || other[index]))
    );
  });
}
