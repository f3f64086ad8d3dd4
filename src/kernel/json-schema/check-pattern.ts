/**
 * Whether a regular expression can be let loose on texts that strangers write. JavaScript's matcher tries one way
 * after the other and takes minutes where a pattern can match the same text in many ways (ReDoS).
 *
 * The check counts these ways. It follows the pattern's automaton over every text there is, as far as texts
 * differ for the pattern, and keeps the number of ways that are alive after each character. If that number stays
 * under a bound, the matcher's work per character does too, and matching is linear. If it grows, or if there is
 * no telling within the effort that is allowed, the pattern is refused: quadratic ones too, since a text may have
 * a million characters.
 */
import { RegExpParser } from "@eslint-community/regexpp";
import { characterKinds, type Kind } from "./pattern-alphabet.ts";
import { type Automaton, END, toAutomaton, type Ways } from "./pattern-automaton.ts";
import { type PatternWork, spend, startPattern, TooHardToProve } from "./pattern-work.ts";

/** Longer ones are programs, and refused unread. */
const PATTERN_MAX_LENGTH = 2_048;
/** Ways that may be tried for one character of the text. Bounded repetitions of a few hundred fit beside each other. */
const TRIES_PER_CHARACTER_MAX = 1_000;

/** Reading one character of a pattern costs as much as this many other steps. */
const PARSER_STEPS = 10;

/** Why a pattern is refused. */
export type PatternProblem = {
  readonly code: "pattern_invalid" | "pattern_unsafe";
  readonly message: string;
};

const UNSAFE =
  "could take minutes on some texts, because it can match the same text in many ways (or could not be shown not to); " +
  'anchor it with "^" and "$", keep repetitions beside or inside one another from accepting the same characters, ' +
  'and bound them, as in "{1,64}"';

/** What is wrong with a pattern as JSON Schema means it (flag `u`, anywhere in the text); undefined when nothing is. */
export function checkPattern(pattern: string, work: PatternWork): PatternProblem | undefined {
  if (pattern.length > PATTERN_MAX_LENGTH) {
    return { code: "pattern_unsafe", message: `is longer than ${PATTERN_MAX_LENGTH} characters` };
  }
  try {
    new RegExp(pattern, "u").test("");
  } catch {
    return {
      code: "pattern_invalid",
      message:
        "is not a regular expression of ECMAScript with Unicode on; a backslash is allowed only where it means something",
    };
  }
  return isLinear(pattern, work) ? undefined : { code: "pattern_unsafe", message: UNSAFE };
}

function isLinear(pattern: string, work: PatternWork): boolean {
  startPattern(work);
  try {
    spend(work, PARSER_STEPS * pattern.length);
    const tree = new RegExpParser({ ecmaVersion: 2024 }).parsePattern(pattern, 0, pattern.length, {
      unicode: true,
    });
    const automaton = toAutomaton(tree, work);
    return staysBounded(automaton, characterKinds(automaton.sets, work), work);
  } catch (error) {
    // The parser's own error is a construct younger than it: not known to be safe either.
    if (error instanceof TooHardToProve || error instanceof SyntaxError) {
      return false;
    }
    throw error;
  }
}

/** The ways that are alive after some text: states in ascending order, with the number of ways to each. */
type Alive = readonly (readonly [state: number, ways: number])[];

/**
 * Goes through everything that can be alive after any text. What is covered by something seen before (the same
 * states with as many ways or more) cannot lead any further and is left out, so that the walk comes to an end.
 */
function staysBounded(automaton: Automaton, kinds: readonly Kind[], work: PatternWork): boolean {
  const { anywhere, atStart, following } = automaton;
  const begun = total(anywhere);
  const leaving = following.map(total);
  if (begun + total(atStart) > TRIES_PER_CHARACTER_MAX) {
    return false;
  }
  const seen = new Map<number, Alive[]>();
  const open: Alive[] = [];
  for (const kind of kinds) {
    const alive: Ways = new Map();
    step(automaton, alive, anywhere, 1, kind, work);
    step(automaton, alive, atStart, 1, kind, work);
    note(alive);
  }
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    const tries = current.reduce((sum, [state, ways]) => sum + ways * (leaving[state] ?? 0), begun);
    if (tries > TRIES_PER_CHARACTER_MAX) {
      return false;
    }
    for (const kind of kinds) {
      const next: Ways = new Map();
      step(automaton, next, anywhere, 1, kind, work);
      for (const [state, ways] of current) {
        step(automaton, next, following[state] ?? new Map(), ways, kind, work);
      }
      note(next);
    }
  }
  return true;

  function note(ways: Ways): void {
    const alive = [...ways].sort(([a], [b]) => a - b);
    if (alive.length > 0 && !isCovered(alive, seen, work)) {
      for (const [state] of alive) {
        const others = seen.get(state);
        if (others) {
          others.push(alive);
        } else {
          seen.set(state, [alive]);
        }
      }
      open.push(alive);
    }
  }
}

function total(ways: Ways): number {
  let sum = 0;
  for (const count of ways.values()) {
    sum += count;
  }
  return sum;
}

/** Adds what is alive after a character of the kind, coming over these edges in that many ways. */
function step(
  automaton: Automaton,
  alive: Ways,
  edges: Ways,
  times: number,
  kind: Kind,
  work: PatternWork,
): void {
  spend(work, edges.size + 1);
  for (const [state, ways] of edges) {
    const set = automaton.accepted[state];
    if (state !== END && set !== undefined && kind[set]) {
      alive.set(state, (alive.get(state) ?? 0) + ways * times);
    }
  }
}

function isCovered(alive: Alive, seen: ReadonlyMap<number, readonly Alive[]>, work: PatternWork): boolean {
  let candidates: readonly Alive[] | undefined;
  for (const [state] of alive) {
    const others = seen.get(state) ?? [];
    if (candidates === undefined || others.length < candidates.length) {
      candidates = others;
    }
  }
  return (candidates ?? []).some((other) => {
    spend(work, other.length);
    return covers(other, alive);
  });
}

/** Whether each state of the smaller one is in the other with at least as many ways. */
function covers(other: Alive, alive: Alive): boolean {
  let at = 0;
  for (const [state, ways] of alive) {
    while ((other[at]?.[0] ?? Number.POSITIVE_INFINITY) < state) {
      at += 1;
    }
    const [found, most] = other[at] ?? [];
    if (found !== state || most === undefined || most < ways) {
      return false;
    }
  }
  return true;
}
