/** A manifest that its author is working on: where it is, where the platform can fetch it, and when it changes. */
import { createHash } from "node:crypto";
import { on } from "node:events";
import { watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname, resolve } from "node:path";
import { fetchOutside } from "../kernel/outbound.ts";
import { MANIFEST_MAX_BYTES } from "../plugins/manifest/index.ts";
import { type CliError, failure } from "./cli-error.ts";
import { wait } from "./wait.ts";

/** A manifest is a static file; a server that needs longer is not ready for tool calls either. */
const FETCH_TIMEOUT_MS = 10_000;

/** Soon enough to feel immediate, and no load for a development server. */
const URL_POLL_INTERVAL_MS = 1000;

/** An editor writes a file in several steps; after this long it is most likely done. */
const SETTLE_MS = 150;

const MANIFEST_PATH = "/manifest.json";

export type ManifestSource = {
  /** Where the platform fetches it. */
  readonly url: string;
  /** Yields each text that differs from the one before; the first at once. Ends when the signal aborts. */
  readonly revisions: (signal: AbortSignal) => AsyncGenerator<ManifestRevision>;
  readonly close: () => void;
};

/** A text, or why there is none at the moment. */
export type ManifestRevision = { readonly text: string } | { readonly error: CliError };

/** Whether a word on the command line is an address rather than a path. */
export function isUrl(word: string): boolean {
  return /^https?:\/\//i.test(word);
}

/** The text of a manifest from a file or an address. Throws a `CliError` that says what to do. */
export function readManifestText(word: string, cwd: string): Promise<string> {
  return isUrl(word) ? fetchManifest(word) : readManifestFile(resolve(cwd, word));
}

/**
 * Opens the manifest at an address, or the one in a file, which is then served to a platform on this machine. Throws a
 * `CliError` when there is no such file.
 */
export async function openManifestSource(word: string, cwd: string): Promise<ManifestSource> {
  return isUrl(word) ? openUrl(word) : await openFile(resolve(cwd, word));
}

function openUrl(url: string): ManifestSource {
  const read = () => fetchManifest(url);
  return {
    url,
    revisions: (signal) => distinctRevisions(read, ticks(signal)),
    close: () => undefined,
  };
}

async function openFile(path: string): Promise<ManifestSource> {
  const read = () => readManifestFile(path);
  await read();
  const server = createServer((request, response) => {
    if (request.url !== MANIFEST_PATH) {
      response.writeHead(404).end();
      return;
    }
    readFile(path).then(
      (bytes) => response.writeHead(200, { "content-type": "application/json" }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done, failed) => {
    server.once("error", failed).listen(0, "127.0.0.1", done);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${MANIFEST_PATH}`,
    revisions: (signal) => distinctRevisions(read, fileChanges(path, signal)),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function fetchManifest(url: string): Promise<string> {
  // The platform fetches by the same rules, so that what cannot be fetched here cannot be installed either.
  const answer = await fetchOutside({
    url,
    method: "GET",
    headers: { accept: "application/json" },
    timeoutMs: FETCH_TIMEOUT_MS,
    maxResponseBytes: MANIFEST_MAX_BYTES,
    allowLoopbackHttp: true,
  });
  if (!answer.ok) {
    throw failure(
      `manifest_${answer.error.reason}`,
      `The manifest cannot be fetched: ${answer.error.message}`,
      {
        hint: "Is the plugin running, and is this the address of its manifest?",
      },
    );
  }
  if (answer.value.status !== 200) {
    throw failure("manifest_not_there", `${url} answered ${answer.value.status}.`, {
      hint: "Give the address at which the plugin serves its manifest, such as http://127.0.0.1:4100/manifest.json.",
    });
  }
  return answer.value.body;
}

async function readManifestFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw failure("manifest_unreadable", isAbsent ? `There is no file ${path}.` : `${path} cannot be read.`, {
      hint: "Give the path or the address of a manifest.",
      cause: error,
    });
  }
}

/** Reads once, and again at each tick; yields what is new. */
async function* distinctRevisions(
  read: () => Promise<string>,
  changes: AsyncIterable<unknown>,
): AsyncGenerator<ManifestRevision> {
  let known = "";
  const look = async (): Promise<ManifestRevision | undefined> => {
    const revision = await read().then(
      (text) => ({ text }),
      (error: CliError) => ({ error }),
    );
    const mark = "text" in revision ? sha256(revision.text) : revision.error.problem.detail;
    const isNew = mark !== known;
    known = mark;
    return isNew ? revision : undefined;
  };
  const first = await look();
  if (first) {
    yield first;
  }
  for await (const _ of changes) {
    const revision = await look();
    if (revision) {
      yield revision;
    }
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function* ticks(signal: AbortSignal): AsyncGenerator<void> {
  while (!signal.aborted) {
    await wait(URL_POLL_INTERVAL_MS, signal);
    if (!signal.aborted) {
      yield;
    }
  }
}

/**
 * Watches from the moment of the call, so that nothing is missed while the first text is still being installed. The
 * folder is watched and not the file: editors put a new file in the old one's place.
 */
function fileChanges(path: string, signal: AbortSignal): AsyncIterable<unknown> {
  const changes = on(watch(dirname(path), { signal }), "change", { signal });
  return settled(changes, basename(path), signal);
}

async function* settled(
  changes: AsyncIterable<unknown[]>,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<void> {
  try {
    for await (const [, filename] of changes) {
      if (filename === null || filename === name) {
        await wait(SETTLE_MS, signal);
        yield;
      }
    }
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
  }
}
