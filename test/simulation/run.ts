/*
 * `npm run simulate`: what ticks, queue and database do with 10^4, 10^6 and 10^8 scheduled messages and as many
 * obligations in a month, where each limit is, and what it costs. Asks no network. `--size 1000000` for one size (may be
 * repeated), `--seed`, `--json` for everything as JSON, `--write` to bring docs/scale.md up to date.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { computeReport, DEFAULT_SEED, SIZES } from "./compute-report.ts";
import { fillPage, renderReport } from "./render-report.ts";

const PAGE = fileURLToPath(new URL("../../docs/scale.md", import.meta.url));

const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: String(DEFAULT_SEED) },
    size: { type: "string", multiple: true },
    json: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const seed = Number(options.seed);
const sizes = options.size?.map(Number) ?? SIZES;
if (!Number.isInteger(seed) || sizes.some((size) => !Number.isInteger(size) || size < 1)) {
  throw new Error("--seed and --size take whole numbers, --size from 1 on.");
}
if (options.write && (options.size !== undefined || seed !== DEFAULT_SEED)) {
  throw new Error("docs/scale.md shows the sizes and the seed that are used when none is named.");
}

const report = computeReport(seed, sizes);
const tables = renderReport(report);
if (options.write) {
  await writeFile(PAGE, fillPage(await readFile(PAGE, "utf8"), tables));
} else if (options.json) {
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
} else {
  for (const [name, table] of Object.entries(tables)) {
    process.stdout.write(`${name}\n\n${table}\n\n`);
  }
}
