/**
 * Reads a JSON text for what `JSON.parse` does not tell, or tells otherwise in each runtime: where it is broken,
 * and which fields are given twice. Keeps its own list of open brackets, so that no depth overflows the stack.
 */
import { err, ok, type Result } from "../../kernel/result.ts";

/** A place in a text, counted from 1, and a sentence about it. */
export type JsonFault = { readonly line: number; readonly column: number; readonly message: string };

/** A field that is given more than once: the keys that lead to it. */
export type RepeatedField = readonly string[];

/** More than anybody needs to be told of. */
const REPEATED_MAX = 20;

const WHITE_SPACE = /[\t\n\r ]*/y;
/** Between the quotes: anything from the space on, but for the quote and the backslash. */
const STRING = /"[ !#-[\]-\u{10ffff}]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\u{10ffff}]*)*"/uy;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

/** An open bracket: `key` leads to the value that is being read in it. */
type Open = { readonly keys: Set<string> | undefined; key: string; count: number };

type Expected = "value" | "value or ]" | "field or }" | "field" | "colon" | "comma" | "end";

/** The fields that are given twice, or the first place where the text stops being JSON. */
export function scanJson(text: string): Result<readonly RepeatedField[], JsonFault> {
  const repeated: RepeatedField[] = [];
  const open: Open[] = [];
  let expected: Expected = "value";
  let at = 0;
  for (;;) {
    at = match(WHITE_SPACE, text, at) ?? at;
    const character = text[at];
    const inside = open.at(-1);
    if (character === undefined) {
      return expected === "end" ? ok(repeated) : fail("the text ends too early; a bracket is not closed");
    }
    if (isClosing(character, inside, expected)) {
      open.pop();
      at += 1;
      expected = afterValue();
    } else if (expected === "comma" && inside && character === ",") {
      at += 1;
      expected = inside.keys ? "field" : "value";
    } else if (expected === "colon" && character === ":") {
      at += 1;
      expected = "value";
    } else if (inside?.keys && (expected === "field" || expected === "field or }")) {
      const end = match(STRING, text, at);
      if (end === undefined) {
        return fail(wrongField(character, expected));
      }
      noteField(inside, JSON.parse(text.slice(at, end)) as string);
      at = end;
      expected = "colon";
    } else if (expected === "value" || expected === "value or ]") {
      if (inside && !inside.keys) {
        inside.key = String(inside.count);
        inside.count += 1;
      }
      if (character === "{" || character === "[") {
        open.push({ keys: character === "{" ? new Set() : undefined, key: "", count: 0 });
        at += 1;
        expected = character === "{" ? "field or }" : "value or ]";
        continue;
      }
      const end = match(character === '"' ? STRING : SCALAR, text, at);
      if (end === undefined) {
        return fail(wrongValue(character));
      }
      at = end;
      expected = afterValue();
    } else {
      return fail(wrongSeparator(character, expected));
    }
  }

  function afterValue(): Expected {
    return open.length > 0 ? "comma" : "end";
  }

  function noteField(inside: Open, key: string): void {
    inside.key = key;
    if (inside.keys?.has(key) && repeated.length < REPEATED_MAX) {
      repeated.push(open.map((bracket) => bracket.key));
    }
    inside.keys?.add(key);
  }

  function fail(message: string): Result<never, JsonFault> {
    const before = text.slice(0, at).split("\n");
    return err({ line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message });
  }
}

/** Where the expression's match from there ends. */
function match(expression: RegExp, text: string, from: number): number | undefined {
  expression.lastIndex = from;
  return expression.test(text) ? expression.lastIndex : undefined;
}

function isClosing(character: string, inside: Open | undefined, expected: Expected): boolean {
  if (character === "}") {
    return inside?.keys !== undefined && (expected === "comma" || expected === "field or }");
  }
  return character === "]" &&
    inside?.keys === undefined &&
    (expected === "comma" || expected === "value or ]")
    ? inside !== undefined
    : false;
}

function wrongField(character: string, expected: Expected): string {
  if (character === "}" && expected === "field") {
    return "there is a comma before this closing bracket";
  }
  return character === '"' ? BAD_STRING : "a field's name in double quotes has to stand here";
}

function wrongValue(character: string): string {
  switch (character) {
    case "]":
      return "there is a comma before this closing bracket, or a value is missing";
    case "}":
      return "a value is missing before this bracket";
    case '"':
      return BAD_STRING;
    case "'":
      return "strings stand in double quotes";
    case "/":
      return "JSON has no comments";
    default:
      return "a value has to stand here: a string, a number, true, false, null, an object or an array";
  }
}

const BAD_STRING = "this string is not closed on its line, or has a backslash that JSON does not know";

function wrongSeparator(character: string, expected: Expected): string {
  if (character === "/") {
    return "JSON has no comments";
  }
  switch (expected) {
    case "colon":
      return "a colon has to stand between a field's name and its value";
    case "comma":
      return "a comma or the closing bracket has to stand here";
    default:
      return "there is more after the end of the JSON value";
  }
}
