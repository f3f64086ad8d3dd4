import { expect, test } from "vitest";
import { splitText } from "../../../src/channels/split-text.ts";

test("a text that fits stays whole, and an empty one is no message", () => {
  expect(splitText("  Hello  ", 10)).toEqual(["Hello"]);
  expect(splitText(" \n ", 10)).toEqual([]);
});

test.for([
  ["paragraphs", "First part.\n\nSecond part.", ["First part.", "Second part."]],
  ["lines", "First part\nsecond part", ["First part", "second part"]],
  ["sentences", "First one. Second one.", ["First one.", "Second one."]],
  ["words", "one two three four", ["one two three", "four"]],
  ["nothing at all", "x".repeat(20), ["x".repeat(16), "xxxx"]],
] as const)("a long text is cut between %s", ([, text, parts]) => {
  expect(splitText(text, 16)).toEqual(parts);
});

test("no cut lies inside of a character, and nothing but white space is lost", () => {
  const text = "😀".repeat(50);
  const parts = splitText(text, 15);
  expect(parts.join("")).toBe(text);
  expect(parts.every((part) => part.length <= 15 && part.isWellFormed())).toBe(true);
});
