/** A story told on a terminal: numbered steps, what was done, what came back, and what had to hold. */
import { stripVTControlCharacters } from "node:util";
import type { Terminal } from "../terminal.ts";

/** Something that the story promises did not happen. */
export class BrokenPromise extends Error {
  constructor(claim: string, seen: unknown) {
    super(`${claim}: this did not hold. Seen: ${JSON.stringify(seen) ?? "nothing"}`);
    this.name = "BrokenPromise";
  }
}

export type Transcript = {
  /** Opens a step; steps number themselves. */
  readonly step: (title: string) => void;
  readonly say: (text: string) => void;
  /** A labelled value; a value of several lines stays aligned. */
  readonly fact: (label: string, value: string) => void;
  readonly json: (label: string, value: unknown) => void;
  /** Tells that `claim` holds, or throws a `BrokenPromise` that shows `seen`. */
  readonly promise: (claim: string, holds: boolean, seen?: unknown) => void;
};

const INDENT = "    ";
const LABEL_COLUMNS = 22;
const TEXT_COLUMNS = 104;

/** A transcript on a terminal. Text of others loses its control characters: it must not repaint the screen. */
export function createTranscript({ line, style }: Terminal): Transcript {
  let steps = 0;
  const block = (label: string, text: string) => {
    const [first = "", ...rest] = stripVTControlCharacters(text)
      .split("\n")
      .flatMap((part) => wrap(part, TEXT_COLUMNS - LABEL_COLUMNS));
    line(`${INDENT}${style("dim", label.padEnd(LABEL_COLUMNS))}${first}`);
    for (const next of rest) {
      line(`${INDENT}${" ".repeat(LABEL_COLUMNS)}${next}`);
    }
  };
  return {
    step: (title) => {
      steps += 1;
      line();
      line(style("bold", `${String(steps).padStart(2)}  ${title}`));
    },
    say: (text) => {
      for (const part of wrap(stripVTControlCharacters(text), TEXT_COLUMNS)) {
        line(`${INDENT}${part}`);
      }
    },
    fact: block,
    json: (label, value) => block(label, toReadableJson(value)),
    promise: (claim, holds, seen) => {
      if (!holds) {
        throw new BrokenPromise(claim, seen);
      }
      line(`${INDENT}${style("green", "ok".padEnd(LABEL_COLUMNS))}${claim}`);
    },
  };
}

/** One line when it fits, else one line per field. */
function toReadableJson(value: unknown): string {
  const short = JSON.stringify(value) ?? "nothing";
  return short.length <= TEXT_COLUMNS - LABEL_COLUMNS ? short : JSON.stringify(value, null, 2);
}

/** Lines of at most `columns`, broken at spaces; each keeps the indentation of the first. */
function wrap(text: string, columns: number): string[] {
  const [indentation = ""] = /^ */.exec(text) ?? [];
  const lines: string[] = [];
  let current = indentation;
  for (const word of text.slice(indentation.length).split(" ")) {
    if (current !== indentation && current.length + 1 + word.length > columns) {
      lines.push(current);
      current = indentation + word;
    } else {
      current = current === indentation ? indentation + word : `${current} ${word}`;
    }
  }
  return [...lines, current];
}
