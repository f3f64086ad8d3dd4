/** Serves a plugin with Node's own HTTP server. Workers, Bun and Deno need none of this: they take `plugin.fetch`. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { TOOL_CALL_MAX_BYTES } from "../contract/tool-call-http.ts";
import type { Plugin } from "./create-plugin.ts";

export type ServeOptions = {
  /** 0 for any free port. */
  readonly port: number;
  /** Default `127.0.0.1`: this machine only. */
  readonly hostname?: string;
};

export type PluginServer = {
  /** Such as `http://127.0.0.1:8788`, no trailing slash. */
  readonly url: string;
  /** Takes no new calls, lets those under way finish, then settles. */
  readonly close: () => Promise<void>;
};

/** How long a caller may take to send a whole request, so that a slow one cannot hold a connection for ever. */
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Starts listening and settles when the port is open; rejects when it is taken. A plugin that must know its own
 * address, as with port 0, is given as a function of the URL.
 */
export async function servePlugin(
  plugin: Pick<Plugin, "fetch"> | ((url: string) => Pick<Plugin, "fetch">),
  { port, hostname = "127.0.0.1" }: ServeOptions,
): Promise<PluginServer> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, resolve);
  });
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve, reject) => {
      server.close((error) => (error === undefined ? resolve() : reject(error)));
    });
  try {
    const { fetch } = typeof plugin === "function" ? plugin(url) : plugin;
    server.on("request", (incoming, outgoing) => {
      answer(incoming, outgoing, { fetch, url, isClosing: () => !server.listening }).catch(() => {
        outgoing.writeHead(400, { Connection: "close" }).end(); // no request that the web's Request can hold
      });
    });
  } catch (error) {
    await close();
    throw error;
  }
  return { url, close };
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { fetch, url, isClosing }: Pick<Plugin, "fetch"> & { readonly url: string; isClosing(): boolean },
): Promise<void> {
  const body = await readUpTo(TOOL_CALL_MAX_BYTES + 1, incoming);
  const { method = "GET", headers } = incoming;
  const hasBody = method !== "GET" && method !== "HEAD";
  const request = new Request(new URL(incoming.url ?? "/", url), {
    method,
    headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
    ...(hasBody ? { body } : {}),
  });
  const response = await fetch(request);
  const answered = new Uint8Array(await response.arrayBuffer());
  const isBodyOnItsWay = !incoming.complete;
  if (isBodyOnItsWay || isClosing()) {
    outgoing.setHeader("Connection", "close");
  }
  outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(answered);
}

/** The body's bytes, or its beginning once it has `limit` of them: that is enough to refuse it. */
function readUpTo(limit: number, incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const settle = () => resolve(new Uint8Array(Buffer.concat(chunks)));
    incoming.on("data", (chunk: Uint8Array) => {
      if (length >= limit) {
        return; // read on and dropped, so that the caller gets to hear the answer
      }
      chunks.push(chunk);
      length += chunk.length;
      if (length >= limit) {
        settle();
      }
    });
    incoming.on("end", settle);
    incoming.on("error", reject);
  });
}
