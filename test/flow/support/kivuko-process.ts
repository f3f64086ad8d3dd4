/** The command line as people run it: a process of its own, in a folder that knows the platform. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import { PROJECT_ROOT } from "../../../src/local/project.ts";

const MAIN = join(PROJECT_ROOT, "src", "cli", "main.ts");

type Ended = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };
type Words = readonly string[];

/** A process that stays, such as `kivuko logs --follow`. */
type Staying = {
  /** The next line of stdout as JSON. */
  readonly nextJson: () => Promise<unknown>;
  /** Ctrl-C, and how the process ended. */
  readonly interrupt: () => Promise<{ readonly exitCode: number | null; readonly stderr: string }>;
};

export type KivukoProcess = {
  /** Where the commands run; `.kivuko/local.json` is in it. */
  readonly folder: string;
  readonly run: (words: Words, options?: { stdin?: string; env?: Record<string, string> }) => Promise<Ended>;
  /** The JSON of stdout of a command that has to succeed. */
  readonly runJson: <T>(words: Words) => Promise<T>;
  readonly stay: (words: Words) => Staying;
  readonly removeFolder: () => Promise<void>;
};

/** Prepares a fresh folder for the platform and the token that are given. */
export async function createKivukoProcess(local: { baseUrl: string; token: string }): Promise<KivukoProcess> {
  const folder = await mkdtemp(join(tmpdir(), "kivuko-flow-"));
  await mkdir(join(folder, ".kivuko"));
  await writeFile(join(folder, ".kivuko", "local.json"), JSON.stringify(local));

  const start = (words: Words, env: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [MAIN, ...words], {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
    return { child, exited };
  };

  const run: KivukoProcess["run"] = async (words, { stdin = "", env } = {}) => {
    const { child, exited } = start(words, env);
    child.stdin.end(stdin);
    const [exitCode, stdout, stderr] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
    return { exitCode, stdout, stderr };
  };

  return {
    folder,
    removeFolder: () => rm(folder, { recursive: true }),
    run,
    runJson: async (words) => {
      const { exitCode, stdout, stderr } = await run([...words, "--json"]);
      if (exitCode !== 0) {
        throw new Error(`kivuko ${words.join(" ")} ended with ${exitCode}: ${stderr}`);
      }
      return JSON.parse(stdout);
    },
    stay: (words) => {
      const { child, exited } = start(words);
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const trouble = text(child.stderr);
      return {
        nextJson: async () => {
          const { value, done } = await lines.next();
          if (done) {
            throw new Error(`kivuko ${words.join(" ")} has ended: ${await trouble}`);
          }
          return JSON.parse(value);
        },
        interrupt: async () => {
          child.kill("SIGINT");
          const [exitCode, stderr] = await Promise.all([exited, trouble]);
          return { exitCode, stderr };
        },
      };
    },
  };
}
