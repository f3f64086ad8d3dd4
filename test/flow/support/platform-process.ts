/** A platform that can be killed and started again on the same storage and port. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findFreePort, LOOPBACK } from "../../../src/local/ports.ts";

const MAIN = fileURLToPath(new URL("platform.main.ts", import.meta.url));

export type PlatformProcess = {
  /** Origin, no trailing slash. */
  readonly url: string;
  /** What the Worker logged as errors, over all of its lives. */
  readonly errors: readonly string[];
  readonly start: () => Promise<void>;
  /** Loads the code for the next start while the platform still runs, which is half of what a start takes. */
  readonly prepare: () => void;
  /** Has the cron triggers run once, and does not wait for it. */
  readonly tick: () => void;
  /** Ends Node and workerd at once, without a word of warning, and waits until both are gone. */
  readonly kill: () => Promise<void>;
};

/** A platform that is not running yet. */
export function createPlatformProcess(port: number, folder: string): PlatformProcess {
  const errors: string[] = [];
  let child: ChildProcessWithoutNullStreams | undefined;
  let prepared: ChildProcessWithoutNullStreams | undefined;

  const load = () => {
    // A process group of its own, so that one signal reaches workerd, the child's child, as well.
    const loading = spawn(process.execPath, [MAIN, String(port), folder], {
      detached: true,
      // What one process has compiled, the next one need not.
      env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") },
    });
    loading.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
    loading.stdin.on("error", () => undefined); // killed before it read what it was told
    return loading;
  };

  return {
    url: `http://${LOOPBACK}:${port}`,
    errors,
    prepare: () => {
      prepared ??= load();
    },
    start: async () => {
      const started = prepared ?? load();
      prepared = undefined;
      child = started;
      const ended = once(started, "exit").then(([code]) => {
        throw new Error(`The platform ended with ${code} before it served.\n${errors.slice(-5).join("")}`);
      });
      ended.catch(() => undefined);
      started.stdin.write("start\n");
      await Promise.race([once(started.stdout, "data"), ended]);
    },
    tick: () => child?.stdin.write("tick\n"),
    kill: async () => {
      if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
        return;
      }
      const { pid } = child;
      const exited = once(child, "exit");
      process.kill(-pid, "SIGKILL");
      await exited;
      // workerd has gone when its port is free: a moment after its parent.
      while ((await findFreePort(port)) !== port) {}
    },
  };
}
