import { expect, test } from "vitest";
import { BrokenPromise, createTranscript } from "../../../src/local/demo/transcript.ts";

function plainTranscript() {
  const lines: string[] = [];
  const transcript = createTranscript({ line: (text = "") => lines.push(text), style: (_, text) => text });
  return { lines, transcript };
}

test("steps number themselves and their lines are aligned", () => {
  const { lines, transcript } = plainTranscript();
  transcript.step("It comes up");
  transcript.fact("address", "http://127.0.0.1:1\nsecond line");
  transcript.step("It is called");
  transcript.promise("it answers", true);
  expect(lines).toEqual([
    "",
    " 1  It comes up",
    "    address               http://127.0.0.1:1",
    "                          second line",
    "",
    " 2  It is called",
    "    ok                    it answers",
  ]);
});

test("a promise that does not hold stops the story and shows what was seen", () => {
  const { lines, transcript } = plainTranscript();
  expect(() => transcript.promise("the plugin answers", false, { status: 502 })).toThrow(
    new BrokenPromise("the plugin answers", { status: 502 }),
  );
  expect(lines).toEqual([]);
});

test("[CLI-06] a plugin's text cannot repaint the terminal", () => {
  const { lines, transcript } = plainTranscript();
  transcript.fact("tool", "\u001b[2Jhidden");
  expect(lines).toEqual(["    tool                  hidden"]);
});

test("long text is wrapped, and JSON that fits stays on one line", () => {
  const { lines, transcript } = plainTranscript();
  transcript.say("word ".repeat(30).trim());
  transcript.fact("tool", "word ".repeat(30).trim());
  transcript.json("result", { ok: true });
  expect(lines.every((line) => line.length <= 108)).toBe(true);
  expect(lines.at(-1)).toBe('    result                {"ok":true}');
});

test("text that is wrapped keeps its indentation and its spaces", () => {
  const { lines, transcript } = plainTranscript();
  transcript.fact("result", `  "address": "${"Beth House,  Kasarani ".repeat(5).trim()}"`);
  const [first = "", ...rest] = lines.map((line) => line.slice(26));
  expect(first).toMatch(/^ {2}"address": "Beth House, {2}Kasarani/);
  expect(rest.length).toBeGreaterThan(0);
  expect(rest.every((line) => /^ {2}\S/.test(line))).toBe(true);
});
