/** Secrets of this machine's platform: made on the first run, kept beside its state, never in git. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The Worker's secrets by the names of its variables. */
export type LocalSecrets = { readonly AUTH_SECRET: string; readonly KEY_RING: string };

const SECRET_BYTES = 32;
const ONLY_THE_OWNER = { mode: 0o600 };

/** Fresh random secrets: a signing secret, and a key ring of one AES-256 key. */
export function createSecrets(): LocalSecrets {
  return {
    AUTH_SECRET: randomBytes(SECRET_BYTES).toString("base64url"),
    KEY_RING: `local:${randomBytes(SECRET_BYTES).toString("base64")}`,
  };
}

/** The secrets kept in `folder`, made on the first call. Losing the file makes what was encrypted unreadable. */
export async function readOrCreateSecrets(folder: string): Promise<LocalSecrets> {
  const file = join(folder, "secrets.json");
  try {
    return JSON.parse(await readFile(file, "utf8")) as LocalSecrets;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new Error(`${file} is not readable; mend it or remove it together with the state.`, {
        cause: error,
      });
    }
  }
  const secrets = createSecrets();
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${JSON.stringify(secrets, null, 2)}\n`, ONLY_THE_OWNER);
  return secrets;
}
