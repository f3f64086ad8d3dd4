import { describe, expect, it } from "vitest";
import { scanJson } from "../../src/plugins/manifest/scan-json.ts";
import { MANIFESTS } from "../support/manifests/index.ts";

const VALID = [
  "0",
  "-0.5e+10",
  '""',
  '"\\u00e9\\n\\/\\\\\\""',
  '"\u007f\u2028😀"',
  "null",
  " [ ] ",
  "{}",
  '{"":{"":[[],[{}]]}}',
  "[1,2,[3,{}]]",
  '\r\n\t{"a" : true , "b":[false,null]}\n',
];

const INVALID = [
  "",
  "01",
  "1.",
  ".5",
  "+1",
  "-",
  "1e",
  "nul",
  "NaN",
  "truefalse",
  '"',
  '"\n"',
  '"\\x"',
  '"\\u12"',
  '"\u0000"',
  "[",
  "]",
  "[1,]",
  "[,1]",
  "[1 2]",
  "[}",
  "{]",
  "{,}",
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{"a":1 "b":2}',
  "{a:1}",
  "{1:1}",
  "[]]",
  "{}{}",
  "\u00a0{}",
  "[1]x",
];

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("scanJson", () => {
  it.each(VALID)("takes %j for JSON", (text) => {
    expect(isJson(text)).toBe(true);
    expect(scanJson(text)).toEqual({ ok: true, value: [] });
  });

  it.each(INVALID)("finds %j broken", (text) => {
    expect(isJson(text)).toBe(false);
    expect(scanJson(text).ok).toBe(false);
  });

  it("is of JSON.parse's opinion on a manifest with any one character gone, doubled or changed", () => {
    const text = JSON.stringify(MANIFESTS.myPluginSimple);
    const differing = [...text].flatMap((character, at) =>
      ["", character + character, "x", "}", ",", '"', "\\"]
        .map((other) => text.slice(0, at) + other + text.slice(at + 1))
        .filter((changed) => scanJson(changed).ok !== isJson(changed)),
    );
    expect(differing).toEqual([]);
  });

  it("names every field that is given twice, once", () => {
    expect(scanJson('{"a":1,"a":2,"a/b":[0,{"c":1,"d":{"c":1},"c":2}]}')).toEqual({
      ok: true,
      value: [["a"], ["a/b", "1", "c"]],
    });
  });

  it("counts lines and columns from one", () => {
    expect(scanJson('{\n  "a": 1,\n  b: 2\n}')).toMatchObject({ ok: false, error: { line: 3, column: 3 } });
  });
});
