import { createServer, type Socket } from "node:net";
import { createMessageReader, type HttpMessage } from "./http-message.ts";

/*
 * Twilio's Messages API on loopback, as a process of its own with next to no work per request: it takes templates and
 * notes when each arrived. Its log is the proof that every message came, and came once.
 */

/** A message as it came in: the template's first variable, which names it, and the time in epoch ms. */
export type Arrival = { readonly name: string; readonly at: number };

const MESSAGES = /^POST \/2010-04-01\/Accounts\/\w+\/Messages\.json /;

let arrivals: Arrival[] = [];

const server = createServer((socket) => {
  socket.setNoDelay(true);
  // A connection that workerd drops when it shuts down is no failure of the benchmark.
  socket.on("error", () => socket.destroy());
  socket.on(
    "data",
    createMessageReader((message) => take(socket, message)),
  );
});

function take(socket: Socket, { head, body }: HttpMessage): void {
  const at = Date.now();
  const form = new URLSearchParams(body.toString());
  const name = nameOf(form.get("ContentVariables"));
  if (!MESSAGES.test(head) || !form.get("To")?.startsWith("whatsapp:+") || name === undefined) {
    answer(socket, "400 Bad Request", { status: 400, code: 20_001, message: "Not a template message" });
    return;
  }
  arrivals.push({ name, at });
  answer(socket, "201 Created", { sid: `SM${String(arrivals.length).padStart(32, "0")}`, status: "queued" });
}

function nameOf(variables: string | null): string | undefined {
  const parsed: unknown = JSON.parse(variables ?? "null");
  return parsed !== null && typeof parsed === "object" && "1" in parsed ? String(parsed["1"]) : undefined;
}

function answer(socket: Socket, status: string, value: object): void {
  const body = JSON.stringify(value);
  socket.write(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("the loopback Twilio has no TCP port");
  }
  process.send?.(address.port);
});

process.on("message", (wish) => {
  process.send?.(wish === "count" ? arrivals.length : arrivals);
  if (wish === "take") {
    arrivals = [];
  }
});
process.on("disconnect", () => process.exit(0));
