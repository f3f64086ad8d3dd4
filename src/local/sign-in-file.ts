/** The git-ignored file in which scripts and the command line find the local platform and its owner's token. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { LocalSignIn } from "./owner.ts";
import { LOCAL_SIGN_IN_FILE } from "./project.ts";

const ONLY_THE_OWNER = 0o600;

/** What an earlier run wrote; `null` when there is nothing, or nothing whole. */
export async function readSignIn(): Promise<LocalSignIn | null> {
  try {
    const value = JSON.parse(await readFile(LOCAL_SIGN_IN_FILE, "utf8")) as Partial<LocalSignIn>;
    const { baseUrl, token, organizationId, email, password } = value;
    return baseUrl && token && organizationId && email && password
      ? { baseUrl, token, organizationId, email, password }
      : null;
  } catch {
    return null; // the first run, or a file that somebody broke: the next write mends it
  }
}

/** Writes the file, readable by its owner only. */
export async function writeSignIn(signIn: LocalSignIn): Promise<void> {
  await mkdir(dirname(LOCAL_SIGN_IN_FILE), { recursive: true });
  await writeFile(LOCAL_SIGN_IN_FILE, `${JSON.stringify(signIn, null, 2)}\n`, { mode: ONLY_THE_OWNER });
}
