/** Every rule of test/requirements.ts has a test that cites it, and every citation has a rule. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { REQUIREMENTS } from "../requirements.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Ids at the start of a title: `"[GATE-01] [GATE-02] what it proves"`. */
const CITATION = /["'`]((?:\[[A-Z]+-\d{2}\] )+)/g;

/** Which test files cite each id. */
function readCitations(): ReadonlyMap<string, ReadonlySet<string>> {
  const citations = new Map<string, Set<string>>();
  for (const file of globSync("test/**/*.test.ts", { cwd: ROOT })) {
    const source = readFileSync(join(ROOT, file), "utf8");
    for (const [, tags = ""] of source.matchAll(CITATION)) {
      for (const id of tags.match(/[A-Z]+-\d{2}/g) ?? []) {
        citations.set(id, (citations.get(id) ?? new Set()).add(file));
      }
    }
  }
  return citations;
}

const ids = REQUIREMENTS.map(({ id }) => id);
const cited = [...readCitations().keys()];

test("every rule is proven by a test", () => {
  expect(ids.filter((id) => !cited.includes(id))).toEqual([]);
});

test("every citation names a rule", () => {
  expect(cited.filter((id) => !ids.includes(id))).toEqual([]);
});

test("a rule has an id of its own, a sentence, and a document that promises it", () => {
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, source, rule } of REQUIREMENTS) {
    expect(id).toMatch(/^[A-Z]+-\d{2}$/);
    expect(rule, id).toMatch(/^[A-Z`].{20,200}\.$/);
    expect(existsSync(join(ROOT, source)), `${id}: ${source}`).toBe(true);
  }
});
