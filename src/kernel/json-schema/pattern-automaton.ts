/**
 * A pattern as an automaton whose states are the pattern's character positions (Glushkov's construction), with
 * one difference: an edge carries in how many ways a backtracking matcher can take it. Counted repetitions are
 * written out. Assertions are taken to hold, which only adds ways; a lookahead is a second path beside the first.
 */
import type { AST } from "@eslint-community/regexpp";
import { type CharacterSet, toCharacterSet } from "./pattern-alphabet.ts";
import { type PatternWork, spend, TooHardToProve } from "./pattern-work.ts";

/** State by number, with the number of ways. */
export type Ways = Map<number, number>;

export type Automaton = {
  /** The distinct character sets of the pattern. */
  readonly sets: readonly CharacterSet[];
  /** For each state the index of the set that it accepts. State 0 is the end and accepts nothing. */
  readonly accepted: readonly number[];
  /** For each state, the states that can follow it. */
  readonly following: readonly Ways[];
  /** The states that a match can begin with anywhere in the text. */
  readonly anywhere: Ways;
  /** The states that a match can begin with at the start of the text alone. */
  readonly atStart: Ways;
};

export const END = 0;

/** Written-out states; above it, proving would take too long anyway. */
const STATES_MAX = 4_000;
/** Above every limit that ways are compared with; counting on would only leave the safe integers. */
const WAYS_MAX = 1_000_000;

/** A piece of the pattern: how it can begin and end, and in how many ways it can match nothing. */
type Piece = {
  readonly first: Ways;
  /** Beginnings behind a `^`. */
  readonly firstAtStart: Ways;
  readonly last: Ways;
  readonly empty: number;
  readonly emptyAtStart: number;
};

type Build = {
  readonly sets: CharacterSet[];
  readonly setIndexes: Map<string, number>;
  readonly accepted: number[];
  readonly following: Ways[];
  readonly work: PatternWork;
};

/** Builds the automaton. Throws `TooHardToProve` for lookbehinds, backreferences, inline flags and giants. */
export function toAutomaton(pattern: AST.Pattern, work: PatternWork): Automaton {
  const build: Build = { sets: [], setIndexes: new Map(), accepted: [-1], following: [new Map()], work };
  const end = leaf(new Map([[END, 1]]));
  const whole = join(build, choose(build, pattern.alternatives, true), end);
  return {
    sets: build.sets,
    accepted: build.accepted,
    following: build.following,
    anywhere: whole.first,
    atStart: whole.firstAtStart,
  };
}

function leaf(states: Ways): Piece {
  return { first: states, firstAtStart: new Map(), last: new Map(states), empty: 0, emptyAtStart: 0 };
}

function nothing(ways: { empty: number; emptyAtStart: number }): Piece {
  return { first: new Map(), firstAtStart: new Map(), last: new Map(), ...ways };
}

const EMPTY = { empty: 1, emptyAtStart: 0 };

function choose(build: Build, alternatives: readonly AST.Alternative[], isLast: boolean): Piece {
  const result = { ...nothing({ empty: 0, emptyAtStart: 0 }) };
  for (const { elements } of alternatives) {
    const piece = elements.reduce(
      (before, element, index) =>
        join(build, before, toPiece(build, element, isLast && index === elements.length - 1)),
      nothing(EMPTY),
    );
    add(build, result.first, piece.first, 1);
    add(build, result.firstAtStart, piece.firstAtStart, 1);
    add(build, result.last, piece.last, 1);
    result.empty = cap(result.empty + piece.empty);
    result.emptyAtStart = cap(result.emptyAtStart + piece.emptyAtStart);
  }
  return result;
}

/** `isLast`: nothing follows, so that whoever gets to the end of this piece has matched and never comes back. */
function toPiece(build: Build, element: AST.Element, isLast: boolean): Piece {
  spend(build.work, 1);
  switch (element.type) {
    case "Character":
    case "CharacterSet":
    case "CharacterClass":
      return addState(build, toCharacterSet(element));
    case "CapturingGroup":
      return choose(build, element.alternatives, isLast);
    case "Group":
      if (element.modifiers) {
        throw new TooHardToProve();
      }
      return choose(build, element.alternatives, isLast);
    case "Quantifier":
      return repeat(build, element, isLast);
    case "Assertion":
      switch (element.kind) {
        case "start":
          return nothing({ empty: 0, emptyAtStart: 1 });
        case "end":
        case "word":
          return nothing(EMPTY);
        case "lookahead":
          return beside(build, choose(build, element.alternatives, true));
        default:
          throw new TooHardToProve();
      }
    default:
      throw new TooHardToProve();
  }
}

/** A path of its own, with an end of its own, that the path beside it does not continue. */
function beside(build: Build, piece: Piece): Piece {
  const { first, firstAtStart } = join(build, piece, leaf(new Map([[END, 1]])));
  return { ...nothing(EMPTY), first, firstAtStart };
}

/** A round of a repetition that need not be there: matching nothing is tried in all its ways and refused. */
function optionalRound(build: Build, piece: Piece): Piece {
  add(build, piece.first, new Map([[END, 1]]), cap(piece.empty + piece.emptyAtStart));
  return { ...piece, empty: 0, emptyAtStart: 0 };
}

function addState(build: Build, set: CharacterSet): Piece {
  if (build.accepted.length > STATES_MAX) {
    throw new TooHardToProve();
  }
  const key = JSON.stringify(set);
  let index = build.setIndexes.get(key);
  if (index === undefined) {
    index = build.sets.push(set) - 1;
    build.setIndexes.set(key, index);
  }
  const state = build.accepted.push(index) - 1;
  build.following.push(new Map());
  return leaf(new Map([[state, 1]]));
}

function repeat(build: Build, { min, max, element }: AST.Quantifier, isLast: boolean): Piece {
  const isCharacter = ["Character", "CharacterSet", "CharacterClass"].includes(element.type);
  // At the very end of a pattern, characters beyond the least number are taken once and never given back.
  const most = isLast && isCharacter ? min : max;
  const copy = () => toPiece(build, element, isLast && most <= 1);
  let tail = nothing(EMPTY);
  if (most === Number.POSITIVE_INFINITY) {
    const piece = copy();
    const canBeEmpty = piece.empty + piece.emptyAtStart > 0;
    const looped = optionalRound(build, piece);
    connect(build, looped.last, looped.first);
    if (min > 0 && !canBeEmpty) {
      return prepend(build, copy, min - 1, looped);
    }
    tail = { ...looped, ...EMPTY };
  } else {
    for (let round = min; round < most; round++) {
      tail = { ...join(build, optionalRound(build, copy()), tail), ...EMPTY };
    }
  }
  return prepend(build, copy, min, tail);
}

function prepend(build: Build, copy: () => Piece, times: number, tail: Piece): Piece {
  let piece = tail;
  for (let round = 0; round < times; round++) {
    piece = join(build, copy(), piece);
  }
  return piece;
}

/** One piece behind the other. Takes both over. */
function join(build: Build, left: Piece, right: Piece): Piece {
  connect(build, left.last, right.first);
  const { first, firstAtStart } = left;
  add(build, firstAtStart, right.first, left.emptyAtStart);
  add(build, firstAtStart, right.firstAtStart, cap(left.empty + left.emptyAtStart));
  add(build, first, right.first, left.empty);
  // What has taken a character cannot be at the start any more.
  add(build, right.last, left.last, right.empty);
  return {
    first,
    firstAtStart,
    last: right.last,
    empty: cap(left.empty * right.empty),
    emptyAtStart: cap(
      left.empty * right.emptyAtStart + left.emptyAtStart * (right.empty + right.emptyAtStart),
    ),
  };
}

function connect(build: Build, from: Ways, to: Ways): void {
  for (const [state, ways] of from) {
    const following = build.following[state];
    if (following) {
      add(build, following, to, ways);
    }
  }
}

/** Adds to the ways, `factor` times each. */
function add(build: Build, into: Ways, more: Ways, factor: number): void {
  if (factor === 0) {
    return;
  }
  spend(build.work, more.size + 1);
  for (const [state, ways] of more) {
    into.set(state, cap((into.get(state) ?? 0) + ways * factor));
  }
}

function cap(ways: number): number {
  return Math.min(ways, WAYS_MAX);
}
