/** Members of a JSON text as they were written, for what must be passed on to the byte. */

const WHITE_SPACE = /[ \t\n\r]*/y;
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
/** A number, `true`, `false` or `null`. */
const LITERAL = /[^,\]}\s]+/y;

/**
 * The text of a member of the object that `text` is, exactly as it stands there; of repeated members the last one, as
 * `JSON.parse` takes it. Null when there is none. The text must be valid JSON, which is not checked again.
 */
export function jsonMember(text: string, name: string): string | null {
  let found: string | null = null;
  let at = skip(text, 0);
  if (text[at] !== "{") {
    return null;
  }
  at = skip(text, at + 1);
  while (text[at] === '"') {
    const keyEnd = match(STRING, text, at);
    const key: unknown = JSON.parse(text.slice(at, keyEnd));
    const start = skip(text, skip(text, keyEnd) + 1); // past the colon
    const end = valueEnd(text, start);
    if (key === name) {
      found = text.slice(start, end);
    }
    at = skip(text, skip(text, end) + 1); // past the comma, or the end
  }
  return found;
}

function valueEnd(text: string, start: number): number {
  if (text[start] === '"') {
    return match(STRING, text, start);
  }
  if (text[start] !== "{" && text[start] !== "[") {
    return match(LITERAL, text, start);
  }
  let depth = 0;
  let at = start;
  do {
    const character = text[at];
    if (character === '"') {
      at = match(STRING, text, at);
      continue;
    }
    depth += character === "{" || character === "[" ? 1 : character === "}" || character === "]" ? -1 : 0;
    at += 1;
  } while (depth > 0 && at < text.length);
  return at;
}

function skip(text: string, at: number): number {
  return match(WHITE_SPACE, text, at);
}

/** Where the pattern ends that starts at `at`. */
function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.exec(text);
  return Math.max(pattern.lastIndex, at);
}
