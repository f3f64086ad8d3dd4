/** Where things are on this machine. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const PROJECT_ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** What this machine keeps between runs: secrets, state, the owner's token. Git-ignored. */
export const LOCAL_FOLDER = join(PROJECT_ROOT, ".kivuko");
/** Sign-in of the local owner, for scripts and the command line. */
export const LOCAL_SIGN_IN_FILE = join(LOCAL_FOLDER, "local.json");
export const WRANGLER_CONFIG = join(PROJECT_ROOT, "wrangler.toml");
export const MIGRATIONS_FOLDER = join(PROJECT_ROOT, "migrations");
export const BUILD_FOLDER = join(PROJECT_ROOT, "dist", "worker");
/** What the bundle is made of, in esbuild's words. */
export const BUNDLE_METAFILE = join(BUILD_FOLDER, "bundle-meta.json");
