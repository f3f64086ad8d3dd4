import { createServer, type Socket } from "node:net";
import {
  MANIFEST_PATH,
  PEER_INDEX_PATH,
  PEER_MANIFEST_PATH,
  peerIndex,
  peerManifest,
  pluginAnswer,
  pluginManifest,
} from "./bench-desk.ts";
import { createMessageReader, type HttpMessage } from "./http-message.ts";

/*
 * The loopback plugin that every leg calls, as a process of its own. It speaks just enough HTTP over `node:net`:
 * on two cores whatever it burns is taken from the runtime under test, and `node:http` costs about three times
 * as much per request. It does no work per call, so what is measured is the gateway in front of it.
 */

/** What the parent may ask for: how many tool calls came in so far, and the newest one as it was received. */
export type PluginReport = { readonly calls: number; readonly lastCall: HttpMessage | undefined };

const NOT_FOUND = Buffer.from("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");

let calls = 0;
let lastCall: HttpMessage | undefined;
let documents: ReadonlyMap<string, Buffer> = new Map();
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
    const path = message.head.split(" ", 2)[1] ?? "";
    socket.write(documents.get(path) ?? NOT_FOUND);
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
  const origin = `http://127.0.0.1:${address.port}`;
  documents = new Map([
    [MANIFEST_PATH, answer(JSON.stringify(pluginManifest(origin)))],
    [PEER_MANIFEST_PATH, answer(JSON.stringify(peerManifest(origin)))],
    [PEER_INDEX_PATH, answer(JSON.stringify(peerIndex(origin)))],
  ]);
  process.send?.(address.port);
});

process.on("message", () => {
  process.send?.({ calls, lastCall } satisfies PluginReport);
});
process.on("disconnect", () => process.exit(0));
