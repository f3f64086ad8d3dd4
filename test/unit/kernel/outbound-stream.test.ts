import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { OutboundStreamError, openOutside } from "../../../src/kernel/outbound-stream.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const open = (url: string, more: Partial<Parameters<typeof openOutside>[0]> = {}) =>
  openOutside({
    url,
    method: "POST",
    headers: {},
    body: "{}",
    firstByteTimeoutMs: 5_000,
    timeoutMs: 5_000,
    maxResponseBytes: 1_000,
    allowLoopbackHttp: true,
    ...more,
  });

/** The text of an opened answer, or why reading it failed. */
async function readAll(opened: Awaited<ReturnType<typeof open>>): Promise<string> {
  if (!opened.ok) {
    return opened.error.reason;
  }
  return new Response(opened.value.body).text().catch((error: unknown) => {
    expect(error).toBeInstanceOf(OutboundStreamError);
    return (error as OutboundStreamError).failure.reason;
  });
}

describe("an answer that is read while it comes", () => {
  it("comes whole, whatever its status", async () => {
    const url = await serve((_, response) => response.writeHead(503).end("no"));
    const opened = await open(url);
    expect(opened).toMatchObject({ ok: true, value: { status: 503 } });
    expect(await readAll(opened)).toBe("no");
  });

  it("is followed behind as many redirects as is said, without the credential, to checked addresses only", async () => {
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization} ${request.headers["x-kept"]}`);
      const locations: Record<string, string> = {
        "/": "/second",
        "/second": "/third",
        "/private": "https://10.0.0.5/",
      };
      const location = locations[request.url ?? ""];
      if (location === undefined) {
        response.end("here");
      } else {
        response.writeHead(307, { location }).end();
      }
    });
    const headers = { Authorization: "Bearer secret", "x-kept": "yes" };
    expect(await readAll(await open(url, { headers, maxRedirects: 2 }))).toBe("here");
    expect(asked).toEqual(["/ Bearer secret yes", "/second undefined yes", "/third undefined yes"]);
    expect(await readAll(await open(url, { headers, maxRedirects: 1 }))).toBe("redirect_refused");
    expect(await readAll(await open(`${url}private`, { maxRedirects: 2 }))).toBe("url_refused");
  });

  it("is refused at a private address and behind a redirect", async () => {
    expect(await readAll(await open("https://10.0.0.5/"))).toBe("url_refused");
    expect(await readAll(await open("http://127.0.0.1:9/", { allowLoopbackHttp: false }))).toBe(
      "url_refused",
    );
    const url = await serve((_, response) => response.writeHead(302, { location: "http://10.0.0.5" }).end());
    expect(await readAll(await open(url))).toBe("redirect_refused");
  });

  it("ends at the byte cap, and its connection with it", async () => {
    let ended: (() => void) | undefined;
    const isEnded = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const url = await serve((_, response) => {
      const timer = setInterval(() => response.write("x".repeat(400)), 1);
      response.on("close", () => {
        clearInterval(timer);
        ended?.();
      });
    });
    expect(await readAll(await open(url))).toBe("too_large");
    await isEnded;
  });

  it("ends when its head, or its end, does not come in time", async () => {
    const silent = await serve(() => undefined);
    expect(await readAll(await open(silent, { firstByteTimeoutMs: 20 }))).toBe("timed_out");
    const slow = await serve((_, response) => response.write("x"));
    expect(await readAll(await open(slow, { firstByteTimeoutMs: 5_000, timeoutMs: 100 }))).toBe("timed_out");
  });

  it("ends when it is given up, before its head and after", async () => {
    const silent = await serve(() => undefined);
    expect(await readAll(await open(silent, { signal: AbortSignal.timeout(20) }))).toBe("aborted");
    const slow = await serve((_, response) => response.write("x"));
    const abort = new AbortController();
    const opened = await open(slow, { signal: abort.signal });
    abort.abort();
    expect(await readAll(opened)).toBe("aborted");
  });

  it("tells a broken connection from an end", async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { "content-length": 100 });
      response.write("half", () => response.destroy());
    });
    expect(await readAll(await open(url))).toBe("connect_failed");
  });
});
