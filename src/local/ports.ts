import type { AddressInfo } from "node:net";
import { createServer } from "node:net";

/** Everything local listens here and nowhere else. */
export const LOOPBACK = "127.0.0.1";

/** Whether the port can be listened on right now; returns the port (`0` asks for any free one), else `null`. */
async function tryPort(port: number): Promise<number | null> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(null));
    server.listen(port, LOOPBACK, () => {
      const { port: found } = server.address() as AddressInfo;
      server.close(() => resolve(found));
    });
  });
}

/** `preferred` when it is free, else the next one that is; `0` means any. Looks at a hundred ports at most. */
export async function findFreePort(preferred = 0): Promise<number> {
  const PORTS_TO_TRY = 100;
  for (let port = preferred; port < preferred + PORTS_TO_TRY; port += 1) {
    const found = await tryPort(preferred === 0 ? 0 : port);
    if (found !== null) {
      return found;
    }
  }
  throw new Error(`No free port from ${preferred} to ${preferred + PORTS_TO_TRY - 1} on ${LOOPBACK}.`);
}
