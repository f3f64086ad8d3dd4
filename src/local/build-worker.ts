/** Builds the Worker exactly as a deploy would, and only when its sources have changed since the last build. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { delimiter, dirname, extname, join, relative } from "node:path";
import { promisify } from "node:util";
import { BUILD_FOLDER, PROJECT_ROOT, WRANGLER_CONFIG } from "./project.ts";

const run = promisify(execFile);

/** What the assets are made of, beside the packages. */
const ASSET_SOURCES = [
  "docs/errors.md",
  "src/local/build-assets.ts",
  "src/local/error-page.ts",
  "src/local/simulator-page",
];
/** Code that runs in Node only: a change there does not change the Worker. */
const NODE_ONLY_FOLDERS = new Set([join(PROJECT_ROOT, "src", "local"), join(PROJECT_ROOT, "src", "cli")]);
const STAMP_FILE = "built-from.json";

export type WorkerModule = {
  readonly type: "ESModule" | "Text" | "Data" | "CompiledWasm";
  readonly path: string;
};
export type WorkerBuild = {
  readonly modulesRoot: string;
  /** The entry module first. */
  readonly modules: readonly WorkerModule[];
};

/** The build in `dist/worker`, made anew when a source is newer. Throws with wrangler's words when it fails. */
export async function buildWorker(): Promise<WorkerBuild> {
  const newestSourceAt = await newestChangeIn([
    join(PROJECT_ROOT, "src"),
    WRANGLER_CONFIG,
    join(PROJECT_ROOT, "package-lock.json"),
    ...ASSET_SOURCES.map((path) => join(PROJECT_ROOT, path)),
  ]);
  if ((await readStamp()) !== newestSourceAt) {
    await bundle(newestSourceAt);
  }
  return { modulesRoot: BUILD_FOLDER, modules: await listModules() };
}

/** Folders count with their own time too, so that a removed file is noticed. */
async function newestChangeIn(paths: readonly string[]): Promise<number> {
  let newest = 0;
  for (const path of paths) {
    const { mtimeMs } = await stat(path);
    newest = Math.max(newest, mtimeMs);
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    const inside = entries
      .map((entry) => join(path, entry.name))
      .filter((child) => !NODE_ONLY_FOLDERS.has(child));
    newest = Math.max(newest, await newestChangeIn(inside));
  }
  return newest;
}

async function readStamp(): Promise<number | null> {
  try {
    const stamp: unknown = JSON.parse(await readFile(join(BUILD_FOLDER, STAMP_FILE), "utf8"));
    return typeof stamp === "number" ? stamp : null;
  } catch {
    return null; // never built, or half built
  }
}

/** Bundles into a folder of its own first: two processes may build at once, and each must find a whole build. */
async function bundle(newestSourceAt: number) {
  await mkdir(dirname(BUILD_FOLDER), { recursive: true });
  const folder = await mkdtemp(`${BUILD_FOLDER}-`);
  const wrangler = join(PROJECT_ROOT, "node_modules", "wrangler", "bin", "wrangler.js");
  const parameters = ["deploy", "--dry-run", "--config", WRANGLER_CONFIG, "--outdir", folder, "--metafile"];
  try {
    await run(process.execPath, [wrangler, ...parameters], {
      cwd: PROJECT_ROOT,
      // The build step of wrangler.toml calls plain `node`: it must be this one, not an older one of the machine.
      env: {
        ...process.env,
        ...QUIET_WRANGLER,
        PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"]}`,
      },
    });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`The Worker does not build.\n${stdout}${stderr}`.trim(), { cause: error });
  }
  await writeFile(join(folder, STAMP_FILE), JSON.stringify(newestSourceAt));
  await rm(BUILD_FOLDER, { recursive: true, force: true });
  try {
    await rename(folder, BUILD_FOLDER);
  } catch {
    // Another process was quicker by a moment; its build is of the same sources.
    await rm(folder, { recursive: true, force: true });
  }
}

/** Keeps wrangler and miniflare off the network: no sample of `request.cf`, no metrics, no update notice. */
export const QUIET_WRANGLER = {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
} as const;

const MODULE_TYPES: Readonly<Record<string, WorkerModule["type"]>> = {
  ".js": "ESModule",
  ".mjs": "ESModule",
  ".txt": "Text",
  ".html": "Text",
  ".sql": "Text",
  ".bin": "Data",
  ".wasm": "CompiledWasm",
};

async function listModules(): Promise<WorkerModule[]> {
  const files = await readdir(BUILD_FOLDER, { recursive: true, withFileTypes: true });
  const modules: WorkerModule[] = [];
  for (const file of files) {
    const type = MODULE_TYPES[extname(file.name)];
    if (file.isFile() && type !== undefined) {
      modules.push({ type, path: join(file.parentPath, file.name) });
    }
  }
  const isEntry = ({ path }: WorkerModule) => relative(BUILD_FOLDER, path) === "worker.js";
  return modules.sort((a, b) => Number(isEntry(b)) - Number(isEntry(a)));
}
