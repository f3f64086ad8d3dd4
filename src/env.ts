/** The only reader of raw bindings, vars and secrets. Everything else gets a parsed `Config`. */
import type { AiBinding } from "./contract/ai-binding.ts";
import type { Config } from "./kernel/config.ts";
import { createKeyRing, type KeyRing } from "./kernel/key-ring.ts";

const AUTH_SECRET_MIN_CHARACTERS = 32;
const RETENTION_DAYS_MAX = 3650;

/** How one variable is read. `parse` throws a `Problem` with what it must be; `otherwise` stands for an absent one. */
type Var<T> = { readonly parse: (text: string) => T; readonly otherwise?: T };

class Problem extends Error {}

const VARS = {
  PUBLIC_BASE_URL: { parse: parseOrigin },
  AUTH_SECRET: { parse: parseSecret },
  KEY_RING: { parse: parseKeyRing },
  ALLOW_INSECURE_PLUGIN_URLS: {
    parse: (text) => (text === "" ? "false" : parseChoice(text, ["true", "false"])) === "true",
    otherwise: false,
  },
  SIGN_UP: { parse: (text) => parseChoice(text, ["open", "closed"]), otherwise: "open" },
  RECORD_RETENTION_DAYS: { parse: parseDays, otherwise: 90 },
} as const satisfies Record<string, Var<unknown>>;

type Vars = { readonly [Name in keyof typeof VARS]: ReturnType<(typeof VARS)[Name]["parse"]> };

function parseOrigin(text: string): string {
  const url = URL.parse(text);
  // An origin is the whole of it: a path, a query, a user or the slash at the end would be carried into links.
  if (url === null || !/^https?:$/.test(url.protocol) || text.toLowerCase() !== url.origin) {
    throw new Problem("must be an http(s) origin without a path or a trailing slash");
  }
  return text;
}

function parseSecret(text: string): string {
  if (text.length < AUTH_SECRET_MIN_CHARACTERS) {
    throw new Problem(`must have at least ${AUTH_SECRET_MIN_CHARACTERS} characters of randomness`);
  }
  return text;
}

function parseKeyRing(text: string): Config["keyRing"] {
  const entries = text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map((entry) => {
      const [id, key, ...rest] = entry.split(":");
      return id && /^[\w-]+$/.test(id) && key && rest.length === 0 ? { id, key } : null;
    });
  const ids = new Set(entries.map((entry) => entry?.id));
  // With one id for two keys, nothing of the older one would open any more.
  if (entries.length === 0 || entries.includes(null) || ids.size < entries.length) {
    throw new Problem(
      "must be `<key id>:<base64 of 32 bytes>`, newest first, separated by commas; an id is made of letters, digits, - and _, and stands there once",
    );
  }
  return entries.filter((entry) => entry !== null);
}

function parseChoice<const Choice extends string>(text: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((known) => known === text);
  if (choice === undefined) {
    throw new Problem(`must be one of ${choices.join(", ")}`);
  }
  return choice;
}

function parseDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > RETENTION_DAYS_MAX) {
    throw new Problem(`must be a whole number from 1 to ${RETENTION_DAYS_MAX}`);
  }
  return days;
}

/** By hand and without a schema library, as every isolate reads this when it starts. */
function parseVars(env: Env): Vars {
  const raw = env as unknown as Readonly<Record<string, unknown>>;
  const problems: string[] = [];
  const vars = Object.entries<Var<unknown>>(VARS).map(([name, { parse, otherwise }]) => {
    const value = raw[name];
    if (value === undefined && otherwise !== undefined) {
      return [name, otherwise];
    }
    try {
      if (typeof value !== "string") {
        throw new Problem("must be set");
      }
      return [name, parse(value)];
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      problems.push(`${name}: ${error.message}`);
      return [name, undefined];
    }
  });
  if (problems.length > 0) {
    throw new Error(`The configuration is not usable. ${problems.join("; ")}. See docs/operations.md.`);
  }
  return Object.fromEntries(vars) as Vars;
}

/** What the Worker was configured with. Built once per isolate by `readPlatform`. */
export type Platform = { readonly config: Config; readonly keyRing: KeyRing };

const parsed = new WeakMap<Env, Platform>();

/**
 * The parsed configuration of this isolate. Throws one error that names every variable that is missing or wrong
 * (never its value).
 */
export function readPlatform(env: Env): Platform {
  const known = parsed.get(env);
  if (known) {
    return known;
  }
  const vars = parseVars(env);
  const config: Config = {
    publicBaseUrl: vars.PUBLIC_BASE_URL,
    allowInsecurePluginUrls: vars.ALLOW_INSECURE_PLUGIN_URLS,
    signUp: vars.SIGN_UP,
    authSecret: vars.AUTH_SECRET,
    keyRing: vars.KEY_RING,
    recordRetentionDays: vars.RECORD_RETENTION_DAYS,
  };
  const platform = { config, keyRing: createKeyRing(vars.KEY_RING) };
  parsed.set(env, platform);
  return platform;
}

/** Workers AI, which a deployment may have or not; null without. */
export function readAiBinding(env: Env): AiBinding | null {
  return (env as Env & { readonly AI?: AiBinding }).AI ?? null;
}
