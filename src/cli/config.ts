/** Where the platform is and what to show it as credential. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { usageError } from "./cli-error.ts";

/** Written by `npm run dev`: `{baseUrl, token}` of the platform that runs on this machine. */
const LOCAL_FILE = join(".kivuko", "local.json");

const HOW_TO_CONNECT =
  "Start a platform with `npm run dev`, or set KIVUKO_BASE_URL and KIVUKO_TOKEN, or give --base-url and --token.";

/** What an `Authorization` header can carry. */
const HEADER_SAFE = /^[\x21-\x7e]+$/;

export type Connection = {
  /** Origin (and path, if the platform lives under one), no slash at the end. */
  readonly baseUrl: string;
  readonly token: string;
  /** Where the token was found, for the sentence that says it was not accepted. */
  readonly tokenSource: string;
};

export type ConnectionInput = {
  readonly flags: { readonly baseUrl?: string | undefined; readonly token?: string | undefined };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The local file is looked for here and in every folder above. */
  readonly cwd: string;
};

/**
 * Flags come before the environment, and that before the local file. The file's token goes to the file's own
 * platform only, so that `--base-url` of somebody else never receives it. Throws a usage error when either is missing.
 */
export function findConnection({ flags, env, cwd }: ConnectionInput): Connection {
  const url = flags.baseUrl ?? (env["KIVUKO_BASE_URL"] || undefined);
  const given = flags.token
    ? { token: flags.token, tokenSource: "--token" }
    : env["KIVUKO_TOKEN"]
      ? { token: env["KIVUKO_TOKEN"], tokenSource: "KIVUKO_TOKEN" }
      : undefined;
  if (given && !HEADER_SAFE.test(given.token)) {
    throw usageError(
      `The token from ${given.tokenSource} holds characters that no token has.`,
      "Copy it again, as one line.",
    );
  }
  if (url !== undefined && given) {
    return { baseUrl: checkBaseUrl(url), ...given };
  }
  const local = readLocalFile(cwd);
  const baseUrl = checkBaseUrl(url ?? local?.baseUrl);
  if (given) {
    return { baseUrl, ...given };
  }
  if (local && checkBaseUrl(local.baseUrl) === baseUrl) {
    return { baseUrl, token: local.token, tokenSource: local.path };
  }
  throw usageError(`There is no token for ${baseUrl}.`, HOW_TO_CONNECT);
}

function checkBaseUrl(text: string | undefined): string {
  if (text === undefined) {
    throw usageError("It is not known which platform to talk to.", HOW_TO_CONNECT);
  }
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:") || url.username !== "") {
    throw usageError(
      "The base URL is not the address of a platform.",
      "Give it like http://127.0.0.1:8787 or https://kivuko.example.com.",
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

type LocalFile = { readonly baseUrl: string; readonly token: string; readonly path: string };

function readLocalFile(cwd: string): LocalFile | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, LOCAL_FILE);
    const text = readIfThere(path);
    if (text !== undefined) {
      return parseLocalFile(text, path);
    }
    if (dirname(folder) === folder) {
      return undefined;
    }
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Absent, or not ours to read: either way another folder, a flag or the environment has to say it.
    return undefined;
  }
}

function parseLocalFile(text: string, path: string): LocalFile {
  const damaged = usageError(
    `${path} does not hold a base URL and a token.`,
    "Delete it and run `npm run dev`.",
  );
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "baseUrl" in value && "token" in value) {
      const { baseUrl, token } = value;
      if (typeof baseUrl === "string" && typeof token === "string") {
        return { baseUrl, token, path };
      }
    }
  } catch {
    throw damaged;
  }
  throw damaged;
}
