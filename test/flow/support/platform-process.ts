/** A platform that can be killed and started again on the same storage and port. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { findFreePort, LOOPBACK } from "../../../src/local/ports.ts";

const MAIN = fileURLToPath(new URL("platform.main.ts", import.meta.url));

export type PlatformProcess = {
  /** Origin, no trailing slash. */
  readonly url: string;
  /** What the Worker logged as errors, over all of its lives. */
  readonly errors: readonly string[];
  readonly start: () => Promise<void>;
  /** Ends Node and workerd at once, without a word of warning, and waits until both are gone. */
  readonly kill: () => Promise<void>;
};

/** A platform that is not running yet. */
export function createPlatformProcess(port: number, folder: string): PlatformProcess {
  const errors: string[] = [];
  let child: ChildProcess | undefined;

  return {
    url: `http://${LOOPBACK}:${port}`,
    errors,
    start: async () => {
      // A process group of its own, so that one signal reaches workerd, the child's child, as well.
      const started = spawn(process.execPath, [MAIN, String(port), folder], { detached: true });
      child = started;
      started.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
      const ended = once(started, "exit").then(([code]) => {
        throw new Error(`The platform ended with ${code} before it served.\n${errors.slice(-5).join("")}`);
      });
      ended.catch(() => undefined);
      await Promise.race([once(started.stdout, "data"), ended]);
    },
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
