import { createServer, type Socket } from "node:net";
import { createMessageReader, type HttpMessage } from "./http-message.ts";
import { callingAnswer, streamedEvents, wholeAnswer } from "./model-words.ts";
import type { PluginReport } from "./plugin-process.ts";

/*
 * The loopback model behind both gateways, as a process of its own and as cheap as the plugin's: it looks for a few
 * words in the request instead of reading it. A streamed answer is one chunk for each event, as providers send it,
 * without a pause between them.
 */

let calls = 0;
let lastCall: HttpMessage | undefined;

const whole = answer(wholeAnswer);
const calling = answer(callingAnswer);
const streamed = stream(false);
const streamedWithUsage = stream(true);

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
  const { body } = message;
  calls += 1;
  lastCall = message;
  if (!body.includes('"stream":true')) {
    socket.write(wantsCall(body) ? calling : whole);
    return;
  }
  for (const chunk of body.includes('"include_usage":true') ? streamedWithUsage : streamed) {
    socket.write(chunk);
  }
}

/** Tools are offered, and none has been called since the customer's last words. */
function wantsCall(body: Buffer): boolean {
  return body.includes('"tools":[') && body.lastIndexOf('"role":"tool"') < body.lastIndexOf('"role":"user"');
}

function answer(body: string): Buffer {
  return Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function stream(hasUsage: boolean): Buffer[] {
  const chunk = (text: string) => Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
  return [
    Buffer.from("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ...streamedEvents(hasUsage).map(chunk),
    Buffer.from("0\r\n\r\n"),
  ];
}

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("the loopback model has no TCP port");
  }
  process.send?.(address.port);
});

process.on("message", () => {
  process.send?.({ calls, lastCall } satisfies PluginReport);
});
process.on("disconnect", () => process.exit(0));
