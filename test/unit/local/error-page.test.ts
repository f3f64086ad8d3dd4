import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderErrorPage } from "../../../src/local/error-page.ts";

const ROOT = join(import.meta.dirname, "../../..");
const DOCUMENT = readFileSync(join(ROOT, "docs/errors.md"), "utf8");

/** Every code that the sources throw as an `AppError`, as far as it is written out there. */
function readThrownCodes(): string[] {
  const codes = new Set<string>();
  // The command line and what runs on this machine are clients: their failures are no problems of the API.
  const files = globSync("src/**/*.ts", { cwd: ROOT }).filter(
    (file) => !/^src\/(cli|local|sdk)\//.test(file),
  );
  for (const file of files) {
    const source = readFileSync(join(ROOT, file), "utf8");
    for (const [, code = ""] of source.matchAll(/new AppError\(\s*"[a-z_]+",\s*"([a-z_]+)"/g)) {
      codes.add(code);
    }
    for (const [, what] of source.matchAll(/\bnotFound\(\s*"([a-z_]+)"/g)) {
      codes.add(`${what}_not_found`);
    }
  }
  return [...codes].sort();
}

test("[HTTP-07] every code that is thrown is explained, at its own place", () => {
  const page = renderErrorPage(DOCUMENT);
  const codes = readThrownCodes();
  expect(codes.length).toBeGreaterThan(30);
  expect(codes.filter((code) => !page.includes(`<tr id="${code}">`))).toEqual([]);
});

test("no two places of the page have one name, and every link within leads somewhere", () => {
  const page = renderErrorPage(DOCUMENT);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  const links = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links.filter((id) => !ids.includes(id))).toEqual([]);
  expect(page).not.toMatch(/^\||^#|```|\]\(/m);
});

test("what the document says is text, never markup", () => {
  expect(renderErrorPage('# <b>\n\n| code | a |\n| --- | --- |\n| `x_y` | "<i>" & `<u>` |')).toContain(
    '<tr id="x_y"><td><code>x_y</code></td><td>&quot;&lt;i&gt;&quot; &amp; <code>&lt;u&gt;</code></td></tr>',
  );
});
