import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const folder = new URL("../../docs/decisions/", import.meta.url);

test("the index of the decisions lists each page once, in order, and each number is one decision", () => {
  const pages = readdirSync(folder)
    .filter((name) => name !== "README.md")
    .sort();
  const index = readFileSync(new URL("README.md", folder), "utf8");
  const rows = index.split("\n").filter((line) => line.startsWith("| ["));
  const numbers = pages.map((name) => name.slice(0, 4));
  expect(new Set(numbers).size).toBe(pages.length);
  expect(rows.map((row) => /^\| \[\d{4}\]\(([^)]+)\) \| \S/.exec(row)?.[1])).toEqual(pages);
  expect(rows.map((row) => row.slice(3, 7))).toEqual(numbers);
  for (const name of pages) {
    const [title = ""] = readFileSync(new URL(name, folder), "utf8").split("\n");
    expect(title).toMatch(new RegExp(`^# ${Number(name.slice(0, 4))}\\. \\S`));
  }
});
