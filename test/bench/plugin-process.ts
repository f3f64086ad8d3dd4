import { createServer, type Socket } from "node:net";
import { pluginAnswer, pluginManifest } from "./bench-desk.ts";
import { createMessageReader, type HttpMessage } from "./http-message.ts";

/*
 * The loopback plugin that every leg calls, as a process of its own. It speaks just enough HTTP over `node:net`:
 * on two cores whatever it burns is taken from the runtime under test, and `node:http` costs about three times
 * as much per request. It does no work per call, so what is measured is the gateway in front of it.
 */

/** What the parent may ask for: how many tool calls came in so far, and the newest one as it was received. */
export type PluginReport = { readonly calls: number; readonly lastCall: HttpMessage | undefined };

let calls = 0;
let lastCall: HttpMessage | undefined;
let manifestAnswer: Buffer = Buffer.alloc(0);
const toolAnswer = answer(JSON.stringify(pluginAnswer));

const server = createServer((socket) => {
  socket.setNoDelay(true);
  // A connection that workerd drops when it shuts down is no failure of the benchmark.
  socket.on("error", () => socket.destroy());
  socket.on(
    "data",
    createMessageReader((message) => serve(socket, message)),
  );
});

function serve(socket: Socket, message: HttpMessage): void {
  if (message.head.startsWith("GET ")) {
    socket.write(manifestAnswer);
    return;
  }
  calls += 1;
  lastCall = message;
  socket.write(toolAnswer);
}

function answer(body: string): Buffer {
  return Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("the loopback plugin has no TCP port");
  }
  manifestAnswer = answer(JSON.stringify(pluginManifest(`http://127.0.0.1:${address.port}`)));
  process.send?.(address.port);
});

process.on("message", () => {
  process.send?.({ calls, lastCall } satisfies PluginReport);
});
process.on("disconnect", () => process.exit(0));
