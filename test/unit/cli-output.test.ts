/** Tables, and other people's text in them. */
import { expect, test } from "vitest";
import { issueLine, plain, table } from "../../src/cli/output.ts";

const paintOut = (_format: unknown, text: string) => text;
const ROWS = [
  ["inst_1", "Support"],
  ["inst_22", "Sales"],
];

test("columns stand under each other, without spaces at the end of a line", () => {
  expect(table({ columns: undefined, paintOut }, ["ID", "NAME"], ROWS)).toBe(
    ["ID       NAME", "inst_1   Support", "inst_22  Sales"].join("\n"),
  );
});

test("a terminal's width cuts a line, a pipe does not", () => {
  const long = [["a", "word ".repeat(30)]];
  const [, cut = ""] = table({ columns: 80, paintOut }, ["", ""], long).split("\n");
  const [, whole = ""] = table({ columns: undefined, paintOut }, ["", ""], long).split("\n");
  expect(cut).toHaveLength(80);
  expect(cut.endsWith("…")).toBe(true);
  expect(whole.length).toBeGreaterThan(140);
});

test("no rows, no table", () => {
  expect(table({ columns: 80, paintOut }, ["ID"], [])).toBe("");
});

test("text that would repaint the terminal loses its power", () => {
  const hostile = "\u001b[2J\u001b]0;title\u0007Safe\r\n\u202egnp.exe\u0000";
  expect(plain(hostile)).toBe("Safe gnp.exe");
  expect(table({ columns: undefined, paintOut }, ["X"], [[hostile]])).toBe("X\nSafe gnp.exe");
});

test("an issue of the whole document is shown at /", () => {
  expect(issueLine({ pointer: "", code: "type", message: "must be an object" })).toBe(
    "/  must be an object (type)",
  );
});
