/** A contract's schema may be made before zod is extended, as modules are loaded when they are needed. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const IMPORT = /import \{([^}]*)\} from "[^"]*contract\/[^"]*"/g;

/** What a file imports from the contract as values, by its name there. */
function namesOf(code: string): string[] {
  return [...code.matchAll(IMPORT)]
    .flatMap(([, names = ""]) => names.split(","))
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "))
    .map((name) => name.split(" as ").at(-1) ?? name);
}

test("a schema of the contract is named in the API's document as a copy, which has `openapi` in any case", () => {
  const sources = globSync("src/**/*.ts", { cwd: ROOT }).map((path) => ({
    path,
    code: readFileSync(join(ROOT, path), "utf8"),
  }));
  expect(sources.some(({ code }) => /\.clone\(\)\.openapi\(/.test(code))).toBe(true);
  const direct = sources.flatMap(({ path, code }) =>
    namesOf(code)
      .filter((name) => new RegExp(`\\b${name}\\s*\\.openapi\\(`).test(code))
      .map((name) => `${path}: ${name}`),
  );
  expect(direct).toEqual([]);
});
