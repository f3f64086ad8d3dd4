import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type PluginServer, servePlugin } from "../../src/sdk/node.ts";
import { createOrderDesk } from "../support/order-desk.ts";
import { signToken, TICKET_CALL } from "../support/platform-call.ts";

const MEBIBYTE = 1024 * 1024;
const servers: PluginServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(...[plugin, options = { port: 0 }]: Partial<Parameters<typeof servePlugin>>) {
  const server = await servePlugin(plugin ?? createOrderDesk(), options);
  servers.push(server);
  return server;
}

async function count(url: string, body = JSON.stringify({ ...TICKET_CALL, tool: "count_orders" })) {
  const token = await signToken(body, { claims: { tool: "count_orders" } });
  const headers = { Authorization: `Bearer ${token}` };
  return fetch(`${url}/orders/search`, { method: "POST", headers, body });
}

/** The head of the answer to raw bytes on the socket: for requests that `fetch` would not send. */
function headOf(url: string, bytes: string): Promise<string> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.once("data", (chunk) => {
      resolve(chunk.toString().split("\r\n\r\n", 1)[0] ?? "");
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

describe("servePlugin", () => {
  it("serves manifest and tools on this machine", async () => {
    const { url } = await serve();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const manifest = await fetch(`${url}/orders/manifest.json`);
    expect(await manifest.json()).toMatchObject({ slug: "SUPPORT_DESK" });
    const answer = await count(url);
    expect(answer.headers.get("Content-Type")).toBe("application/json");
    expect(await answer.json()).toEqual({ count: 3 });
  });

  it("tells a plugin its address before the first request", async () => {
    const { url } = await serve((address) => ({ fetch: async () => Response.json({ address }) }));
    expect(await (await fetch(url)).json()).toEqual({ address: url });
  });

  it("passes on the query, the headers and the bytes as they came", async () => {
    const echo = async (request: Request) =>
      Response.json({
        method: request.method,
        search: new URL(request.url).search,
        header: request.headers.get("Kivuko-Context"),
        body: await request.text(),
      });
    const { url } = await serve({ fetch: echo });
    const body = '{ "summary": "Ümläut, 水 " }\n';
    const response = await fetch(`${url}/a?b=%20c`, {
      method: "PUT",
      headers: { "Kivuko-Context": "e30" },
      body,
    });
    expect(await response.json()).toEqual({ method: "PUT", search: "?b=%20c", header: "e30", body });
  });

  it("answers 413 to a body over 1 MiB, without waiting for its end", async () => {
    const { url } = await serve();
    expect((await count(url, "x".repeat(2 * MEBIBYTE))).status).toBe(413);

    const token = await signToken("", { claims: { tool: "count_orders" } });
    const head = [
      "POST /orders/search HTTP/1.1",
      "Host: desk",
      `Authorization: Bearer ${token}`,
      `Content-Length: ${1024 * MEBIBYTE}`,
    ].join("\r\n");
    const bytes = `${head}\r\n\r\n${"x".repeat(MEBIBYTE + 1)}`;
    const answered = await headOf(url, bytes);
    expect(answered).toMatch(/^HTTP\/1\.1 413 /);
    expect(answered).toMatch(/^Connection: close$/m);
  });

  it.each([
    ["an address that is none", "GET // HTTP/1.1\r\nHost: desk\r\n\r\n"],
    ["a method that the web's Request does not have", "TRACE / HTTP/1.1\r\nHost: desk\r\n\r\n"],
  ])("answers 400 to %s", async (_, bytes) => {
    const { url } = await serve();
    expect(await headOf(url, bytes)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("lets the call under way finish when it closes, and takes no other", async () => {
    const arrived = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const server = await servePlugin(
      {
        fetch: async () => {
          arrived.resolve();
          await finish.promise;
          return Response.json("done");
        },
      },
      { port: 0 },
    );
    const answer = fetch(server.url);
    await arrived.promise;
    const closed = server.close();
    await expect(fetch(server.url)).rejects.toThrow();
    finish.resolve();
    const response = await answer;
    // Kept alive, the connection would keep the server open until the caller gives it up.
    expect(response.headers.get("Connection")).toBe("close");
    expect(await response.json()).toBe("done");
    await closed;
  });

  it("rejects when the port is taken", async () => {
    const { url } = await serve();
    const port = Number(new URL(url).port);
    await expect(servePlugin(createOrderDesk(), { port })).rejects.toThrow("EADDRINUSE");
  });

  it("frees the port again when the plugin cannot be built", async () => {
    let taken = "";
    const failing = (url: string) => {
      taken = url;
      throw new Error("no manifest");
    };
    await expect(servePlugin(failing, { port: 0 })).rejects.toThrow("no manifest");
    const { url } = await serve(createOrderDesk(), { port: Number(new URL(taken).port) });
    expect(url).toBe(taken);
  });
});
