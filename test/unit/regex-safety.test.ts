import { describe, expect, it } from "vitest";
import { checkPattern } from "../../src/kernel/json-schema/check-pattern.ts";
import { newPatternWork } from "../../src/kernel/json-schema/pattern-work.ts";

function codeOf(pattern: string): string | undefined {
  return checkPattern(pattern, newPatternWork())?.code;
}

const SAFE: readonly [what: string, pattern: string][] = [
  ["nothing", ""],
  ["a slug", "^[a-z0-9]+(?:-[a-z0-9]+)*$"],
  ["a date", String.raw`^\d{4}-\d{2}-\d{2}$`],
  ["a phone number", String.raw`^\+?[1-9]\d{1,14}$`],
  ["a repetition that nothing follows", "[A-Z]+"],
  ["anything after a prefix", "foo.*"],
  ["a bounded line", "^.{1,2000}$"],
  ["any line", "^.*$"],
  ["blank or a word", "^$|^[a-z]+$"],
  ["a bounded e-mail address", String.raw`^[^@\s]{1,64}@[^@\s]{1,253}\.[^@\s]{1,63}$`],
  [
    "a semantic version, as semver.org has it",
    String.raw`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$`,
  ],
  ["a host name", String.raw`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$`],
  ["an IPv4 address", String.raw`^(?:(?:25[0-5]|2[0-4]\d|[01]?\d\d?)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d\d?)$`],
  ["lookaheads at the start", String.raw`^(?=.*[A-Z])(?=.*\d)(?!.*\s).{8,64}$`],
  ["names in any script", String.raw`^\p{L}[\p{L}\p{M}'-]*(?: \p{L}[\p{L}\p{M}'-]*)*$`],
  ["Unicode properties of their own letters", String.raw`^(?:KE|UG|TZ)-\p{Lu}{2,5}$`],
  ["a number", String.raw`^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$`],
  ["a quoted string", String.raw`^"(?:[^"\\]|\\.)*"$`],
  ["base64", "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"],
  ["two bounded overlaps", "^.{0,100}a.{0,100}$"],
  ["a bounded repetition anywhere", String.raw`\d{1,64}-`],
  ["a list", String.raw`^(?:\d+,)*\d+$`],
];

const EXPONENTIAL: readonly string[] = [
  "^(a|a)*$",
  "(a+)+",
  "^(a+)+$",
  "^(?:a*)*$",
  "^(a|aa)+$",
  String.raw`^(\w+\s?)*$`,
  "^([^,]*,?)*$",
  "^(?:a?){30}a{30}$",
  "^(a{0,30}){0,30}$",
  "^(?:|){30}x",
  "^(?:(?:|){30})*x",
  "^(?=(a+)+$)",
  String.raw`^(?=(?:|){30}\b)`,
  "^(([a-z])+.)+[A-Z]([a-z])+$",
  String.raw`^(?:\p{L}+\p{Lu}+)*$`,
];

const POLYNOMIAL: readonly string[] = [
  "(.*a){20}",
  String.raw`\s*\s*x`,
  "^a*a*$",
  "^.*.*=",
  String.raw`\d+-`,
  ".*foo",
  String.raw`\s+$`,
  String.raw`^\s+|\s+$`,
  String.raw`^[^@\s]+@[^@\s]+\.[^@\s]+$`,
  "^(?:(?=.*x).)*$",
  "(?=.*x)y",
];

/** Safe or not, nobody can tell with this much effort. */
const UNPROVABLE: readonly [what: string, pattern: string][] = [
  ["a lookbehind", "(?<=a+)b"],
  ["a reference back", String.raw`^(a)\1$`],
  ["a named reference back", String.raw`^(?<word>a)\k<word>$`],
  ["six thousand letters out of four brackets", "^(?:(?:(?:a{9}){9}){9}){9}$"],
  ["four Unicode properties", String.raw`^[\p{L}][\p{N}][\p{P}][\p{S}]$`],
  ["three thousand letters", "a".repeat(3_000)],
];

describe("patterns", () => {
  it.each(SAFE)("accepts %s", (_, pattern) => {
    expect(codeOf(pattern)).toBeUndefined();
  });

  it.each(EXPONENTIAL)("[MANIFEST-07] refuses %s, which doubles its work per character", (pattern) => {
    expect(codeOf(pattern)).toBe("pattern_unsafe");
  });

  it.each(POLYNOMIAL)("[MANIFEST-07] refuses %s, whose work grows faster than the text", (pattern) => {
    expect(codeOf(pattern)).toBe("pattern_unsafe");
  });

  it.each(UNPROVABLE)("refuses %s, which it cannot prove safe", (_, pattern) => {
    expect(codeOf(pattern)).toBe("pattern_unsafe");
  });

  it.each(["(", "[z-a]", "a{2,1}", String.raw`\-`, String.raw`\p{Nope}`, "*"])(
    "finds %s invalid",
    (pattern) => {
      expect(codeOf(pattern)).toBe("pattern_invalid");
    },
  );

  it("bounds the effort for all patterns of a document together", () => {
    const work = newPatternWork();
    const codes = Array.from({ length: 200 }, (_, n) => checkPattern(`^(?:a?b?){${n + 50}}$`, work)?.code);
    expect(new Set(codes)).toEqual(new Set(["pattern_unsafe"]));
    expect(checkPattern("^[a-z]+$", work)?.code).toBe("pattern_unsafe");
  });
});
