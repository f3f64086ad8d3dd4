/** The only reader of raw bindings, vars and secrets. Everything else gets a parsed `Config`. */
import { z } from "zod";
import type { AiBinding } from "./contract/ai-binding.ts";
import type { Config } from "./kernel/config.ts";
import { createKeyRing, type KeyRing } from "./kernel/key-ring.ts";

const switchVar = z
  .enum(["true", "false", ""])
  .default("false")
  .transform((text) => text === "true");

const KeyRingVar = z.string().transform((text, issues) => {
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
    issues.addIssue({
      code: "custom",
      message:
        "must be `<key id>:<base64 of 32 bytes>`, newest first, separated by commas; an id is made of letters, digits, - and _, and stands there once",
    });
    return z.NEVER;
  }
  return entries.filter((entry) => entry !== null);
});

const Vars = z.object({
  PUBLIC_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .refine(
      (url) => new URL(url).pathname === "/" && !url.endsWith("/"),
      "must be an origin without a path or a trailing slash",
    ),
  AUTH_SECRET: z.string().min(32, "must have at least 32 characters of randomness"),
  KEY_RING: KeyRingVar,
  ALLOW_INSECURE_PLUGIN_URLS: switchVar,
  SIGN_UP: z.enum(["open", "closed"]).default("open"),
  RECORD_RETENTION_DAYS: z.coerce.number().int().min(1).max(3650).default(90),
});

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
  const result = Vars.safeParse(env);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`The configuration is not usable. ${problems.join("; ")}. See docs/operations.md.`);
  }
  const vars = result.data;
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
