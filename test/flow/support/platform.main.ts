/**
 * A platform as a process of its own, for a test that ends it by force: `node platform.main.ts <port> <folder>`. It does
 * what stdin says line by line: `start`, after which it says `ready` on stdout once it serves, and `tick`. What the
 * Worker logs as an error goes to stderr. It ends with whoever started it.
 */
import { flushCompileCache } from "node:module";
import { createInterface } from "node:readline";
import { type LocalPlatform, startPlatform } from "../../../src/local/platform.ts";

const [port, persistTo] = process.argv.slice(2);
let platform: LocalPlatform | undefined;

async function start(): Promise<void> {
  platform = await startPlatform({
    port: Number(port),
    ...(persistTo !== undefined && { persistTo }),
    log: ({ level, message }) => {
      if (level === "error") {
        process.stderr.write(`${message.trimEnd()}\n`);
      }
    },
  });
  process.stdout.write("ready\n");
  flushCompileCache(); // a process that is killed does not come to it
}

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => void (line === "start" ? start() : platform?.tick()));
lines.on("close", () => void platform?.stop());
