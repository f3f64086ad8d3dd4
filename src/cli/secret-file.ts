/** Where a secret that is shown once is put, so that it never stands on a screen. */
import { type FileHandle, open, unlink } from "node:fs/promises";
import type { NewInstallation } from "./api.ts";
import { failure, usageError } from "./cli-error.ts";
import type { Io } from "./io.ts";

/** Readable and writable by its owner only. */
const OWNER_ONLY_MODE = 0o600;

export type SecretFile = {
  readonly path: string;
  readonly write: (secret: string) => Promise<void>;
  /** Takes the empty file away again when there is no secret to put in. */
  readonly discard: () => Promise<void>;
};

/**
 * Makes the file before the secret exists: what cannot be written later would be lost for good. An existing file is
 * never overwritten. Throws a usage error when the file cannot be made.
 */
export async function createSecretFile(path: string): Promise<SecretFile> {
  const handle = await openNew(path);
  return {
    path,
    write: async (secret) => {
      try {
        await handle.writeFile(`${secret}\n`);
        await handle.close();
      } catch (error) {
        throw failure(
          "secret_not_written",
          `The plugin is installed, but its secret cannot be written to ${path}.`,
          {
            hint: "Rotate the secret (`POST /v1/installations/{id}/secrets`) to get one that is shown.",
            cause: error,
          },
        );
      }
    },
    discard: async () => {
      await handle.close();
      await unlink(path);
    },
  };
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, "wx", OWNER_ONLY_MODE);
  } catch (error) {
    const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
    throw usageError(
      isThere ? `${path} exists already.` : `${path} cannot be written.`,
      isThere
        ? "Give another path, or move that file away."
        : "Give a path in a folder that exists and is yours.",
    );
  }
}

/** Hands a new installation's secret to a person: alone on stdout, or by the name of the file that holds it. */
export function showSecret(io: Io, { secret }: NewInstallation, path: string | undefined): void {
  if (path !== undefined) {
    io.say(`Its secret is in ${path}. It is not shown again.`);
    return;
  }
  io.say("Its secret, by which the plugin knows that a call is ours. It is not shown again:");
  io.print(secret.value);
}

/** A new installation for machines: the secret's value, or the file that holds it. */
export function withSecretIn(path: string | undefined, installation: NewInstallation): object {
  const { kid, version } = installation.secret;
  return path === undefined ? installation : { ...installation, secret: { kid, version, file: path } };
}
