/**
 * Puts the API reference's script, as published in its package, the page of errors, the simulator's phone and the fonts
 * of receipts where the Worker's assets binding finds them.
 */
import { copyFile, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderErrorPage } from "./error-page.ts";
import { writeReceiptFonts } from "./receipt-fonts.ts";

const root = join(import.meta.dirname, "../..");
const script = join(root, "node_modules/@scalar/api-reference/dist/browser/standalone.js");
const assets = join(root, "dist/assets/assets");

await mkdir(assets, { recursive: true });
await copyFile(script, join(assets, "scalar.js"));
await cp(join(import.meta.dirname, "simulator-page"), assets, { recursive: true });
await writeFile(
  join(assets, "errors.html"),
  renderErrorPage(await readFile(join(root, "docs/errors.md"), "utf8")),
);
await writeReceiptFonts(root, join(assets, "fonts"));
