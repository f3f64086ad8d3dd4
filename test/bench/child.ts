import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A helper process of the benchmark: `ask` sends it one message and resolves to its next one. */
export type Child = {
  readonly pid: number;
  readonly ask: (message: unknown) => Promise<unknown>;
  /** Resolves to the child's next message, unasked. */
  readonly next: () => Promise<unknown>;
  readonly stop: () => void;
};

/** Starts `script` (a file of this folder) as a child process that ends with this one. Throws when it dies early. */
export function startChild(script: string): Child {
  const process = fork(fileURLToPath(new URL(script, import.meta.url)), { serialization: "advanced" });
  if (process.pid === undefined) {
    throw new Error(`cannot start ${script}`);
  }
  const next = () => nextMessage(process, script);
  return {
    pid: process.pid,
    next,
    ask: (message) => {
      const answer = next();
      process.send(message as object);
      return answer;
    },
    // Closing the channel is the signal: each script exits on "disconnect", also when this process is killed.
    stop: () => process.disconnect(),
  };
}

async function nextMessage(process: ChildProcess, script: string): Promise<unknown> {
  const settled = new AbortController();
  const { signal } = settled;
  try {
    return await Promise.race([
      once(process, "message", { signal }).then(([message]) => message),
      once(process, "exit", { signal }).then(([code]) => {
        throw new Error(`${script} ended with code ${code}`);
      }),
    ]);
  } finally {
    settled.abort();
  }
}
