/** What an isolate evaluates before its first request, and how large the upload is: read off the bundle, not timed. */
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { buildWorker } from "../../src/local/build-worker.ts";
import { BUNDLE_METAFILE } from "../../src/local/project.ts";

/** After minifying: 251 KiB when this was written, of 2.9 MiB. */
const STATIC_MAX_KIB = 280;
/** As wrangler counts an upload. */
const UPLOAD_MAX_KIB = 1024;

/** Source files and packages that no tool call of a plugin's server needs. */
const LOADED_LATER = [
  /^src\/(agent\/gateway|agent\/models|agent\/usage|bridge|effects|toolkits)\//,
  /^src\/(control-plane|crons|queues|reference)\.ts$/,
  /^src\/plugins\/(approvals|capabilities|manifest)\//,
  /^src\/channels\/(policy|simulator|twilio|whatsapp-cloud)\//,
  /^src\/kernel\/redact/,
  /\/schemas\.ts$/,
  /node_modules\/(zod|better-auth|libphonenumber-js)\//,
  /node_modules\/@(asteasolutions|better-auth|cantoo|eslint-community|hono)\//,
];

type Metafile = {
  readonly inputs: Readonly<
    Record<string, { readonly imports: readonly { path: string; kind: string; external?: boolean }[] }>
  >;
  readonly outputs: Readonly<
    Record<string, { entryPoint?: string; inputs: Record<string, { bytesInOutput: number }> }>
  >;
};

let metafile: Metafile;

beforeAll(async () => {
  await buildWorker();
  metafile = JSON.parse(await readFile(BUNDLE_METAFILE, "utf8")) as Metafile;
});

/** Every file that is reached from that one without an `import()`, with the file that imports it first. */
function findStaticFiles(from = "src/worker.ts"): ReadonlyMap<string, string> {
  const found = new Map([[from, "nobody"]]);
  for (const [file] of found) {
    for (const { path, kind, external } of metafile.inputs[file]?.imports ?? []) {
      if (external !== true && kind !== "dynamic-import" && !found.has(path)) {
        found.set(path, file);
      }
    }
  }
  return found;
}

test("[START-01] an isolate starts without what a tool call does not need", () => {
  const files = findStaticFiles();
  expect([...files.keys()]).toContain("src/plugins/dispatch/dispatch-tool.ts");
  const tooMuch = [...files].filter(([file]) => LOADED_LATER.some((pattern) => pattern.test(file)));
  expect(tooMuch.map(([file, importer]) => `${file}, imported by ${importer}`)).toEqual([]);
});

test("[START-01] a catalog with first-party tools needs none of what they drive", () => {
  const files = [...findStaticFiles("src/toolkits/index.ts").keys()];
  expect(files).toContain("src/toolkits/payments/payments.plugin.ts");
  expect(files.filter((file) => /^src\/effects\/|node_modules\/zod\//.test(file))).toEqual([]);
});

test("[START-01] what is evaluated at start stays small", () => {
  const [output] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint !== undefined);
  const bytes = [...findStaticFiles().keys()].map((file) => output?.inputs[file]?.bytesInOutput ?? 0);
  const kib = bytes.reduce((sum, size) => sum + size, 0) / 1024;
  expect(kib).toBeGreaterThan(50);
  expect(kib).toBeLessThan(STATIC_MAX_KIB);
});

test("[START-02] the upload is under 1 MiB", async () => {
  const { modules } = await buildWorker();
  const contents = await Promise.all(modules.map(({ path }) => readFile(path)));
  const kib = gzipSync(Buffer.concat(contents)).length / 1024;
  expect(kib).toBeGreaterThan(100);
  expect(kib).toBeLessThan(UPLOAD_MAX_KIB);
});
