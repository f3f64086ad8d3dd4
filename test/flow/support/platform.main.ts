/**
 * A platform as a process of its own, for a test that ends it by force: `node platform.main.ts <port> <folder>`. Says
 * `ready` on stdout once it serves; what the Worker logs as an error goes to stderr. It ends with whoever started it.
 */
import { startPlatform } from "../../../src/local/platform.ts";

const [port, persistTo] = process.argv.slice(2);

const platform = await startPlatform({
  port: Number(port),
  ...(persistTo !== undefined && { persistTo }),
  log: ({ level, message }) => {
    if (level === "error") {
      process.stderr.write(`${message.trimEnd()}\n`);
    }
  },
});
process.stdin.on("end", () => void platform.stop()).resume();
process.stdout.write("ready\n");
