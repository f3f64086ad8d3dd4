import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare, type V4MiniflareOptions } from "miniflare";
import { findNewestChildProcess } from "./processor-time.ts";

/** Options of one Worker, as miniflare takes them. */
export type WorkerOptions = Extract<V4MiniflareOptions, { workers: unknown }>["workers"][number];

/** A running workerd. */
export type Runtime = {
  readonly urlOf: (workerName: string) => Promise<URL>;
  readonly processId: number | undefined;
  readonly stop: () => Promise<void>;
};

/**
 * Starts one workerd with the given Workers. Each one gets a socket of its own: miniflare's front door is a proxy
 * Worker that would cost every request a hop, and with it every ratio would be flattered.
 */
export async function startRuntime(workers: readonly WorkerOptions[]): Promise<Runtime> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: workers.map((worker) => ({
        ...worker,
        unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      })),
    }),
  );
  await miniflare.ready;
  return {
    urlOf: (workerName) => miniflare.unsafeGetDirectURL(workerName),
    processId: findNewestChildProcess(process.pid, "workerd"),
    stop: () => miniflare.dispose(),
  };
}

/** What every Worker under test runs with; the same as `wrangler.toml` says for Kivuko. */
const COMPATIBILITY = {
  compatibilityDate: "2026-07-01",
  compatibilityFlags: ["nodejs_compat", "global_fetch_strictly_public"],
};

/** Bundles a Worker of this folder into one module, as a deployment would; `alias` says what stands for which import. */
export async function bundleWorker(
  name: string,
  file: string,
  bindings: Record<string, string> = {},
  alias: Record<string, string> = {},
): Promise<WorkerOptions> {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*"],
    // The peer's OpenAPI reader asks for two Node modules by `require`; workerd has both.
    alias: { util: "node:util", path: "node:path", ...alias },
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire("/");' },
  });
  const script = bundle.outputFiles[0]?.text;
  if (script === undefined) {
    throw new Error(`esbuild wrote nothing for ${file}`);
  }
  return { name, modules: true, script, bindings, ...COMPATIBILITY };
}
