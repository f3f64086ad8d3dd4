/** Puts the API reference's script, as published in its package, where the Worker's assets binding finds it. */
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "../..");
const source = join(root, "node_modules/@scalar/api-reference/dist/browser/standalone.js");
const target = join(root, "dist/assets/assets/scalar.js");

await mkdir(dirname(target), { recursive: true });
await copyFile(source, target);
