import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fetchOutside, type OutboundRequest } from "../../src/kernel/outbound.ts";

const running: Server[] = [];
const sockets = new Set<Socket>();

afterEach(async () => {
  vi.restoreAllMocks();
  for (const socket of sockets) {
    socket.destroy();
  }
  await Promise.all(running.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listen(server: Server): Promise<string> {
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined); // the other side hangs up on purpose in these tests
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  running.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A host that answers as `handle` says. */
const host = (handle: RequestListener) => listen(createHttpServer(handle));

/** A host that writes these exact bytes to whoever asks, and then does what `then` says. */
const rawHost = (bytes: string, then: (socket: Socket) => void = (socket) => socket.end()) =>
  listen(
    createTcpServer((socket) => {
      socket.once("data", () => socket.write(bytes, () => then(socket)));
    }),
  );

/** Resolves when the host has no connection left. */
function allClosed(): Promise<void> {
  return Promise.all(
    [...sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve))),
  ).then(() => undefined);
}

const call = (url: string, request: Partial<OutboundRequest> = {}) =>
  fetchOutside({
    url,
    method: "GET",
    headers: {},
    timeoutMs: 5_000,
    maxResponseBytes: 1_000,
    allowLoopbackHttp: true,
    ...request,
  });

async function failureOf(url: string, request: Partial<OutboundRequest> = {}) {
  const result = await call(url, request);
  if (result.ok) {
    throw new Error(`It answered ${result.value.status}.`);
  }
  return result.error;
}

async function answerOf(url: string, request: Partial<OutboundRequest> = {}) {
  const result = await call(url, request);
  if (!result.ok) {
    throw new Error(result.error.message);
  }
  return result.value;
}

describe("an answer", () => {
  it("carries status, headers and body; the request arrives as it was given", async () => {
    const url = await host((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => {
        const { method, headers } = request;
        const seen = {
          method,
          url: request.url,
          key: headers["idempotency-key"],
          body: Buffer.concat(parts).toString(),
        };
        const body = JSON.stringify(seen);
        response.writeHead(201, { "content-length": Buffer.byteLength(body), "x-desk": "1" }).end(body);
      });
    });
    const answer = await answerOf(`${url}/execute?a=1#top`, {
      method: "POST",
      headers: { "idempotency-key": "call_1" },
      body: '{"name":"Wanjikũ 🙂"}',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("x-desk")).toBe("1");
    expect(JSON.parse(answer.body)).toEqual({
      method: "POST",
      url: "/execute?a=1",
      key: "call_1",
      body: '{"name":"Wanjikũ 🙂"}',
    });
  });

  it("is whole when it comes in pieces that split characters", async () => {
    const bytes = Buffer.from("Karibu, Wanjikũ 🙂");
    const url = await host((_, response) => {
      for (const byte of bytes) {
        response.write(Buffer.of(byte));
      }
      response.end();
    });
    expect((await answerOf(url)).body).toBe("Karibu, Wanjikũ 🙂");
  });

  it("is decompressed", async () => {
    const packed = gzipSync('{"ok":true}');
    const url = await host((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length }).end(packed);
    });
    expect((await answerOf(url)).body).toBe('{"ok":true}');
  });

  it.each([200, 204, 400, 401, 404, 410, 429, 500, 503])(
    "with status %i is an answer, not a failure",
    async (status) => {
      const url = await host((_, response) => response.writeHead(status).end());
      expect(await answerOf(url)).toMatchObject({ status, body: "" });
    },
  );

  it("never comes from a cache on the way", async () => {
    const url = await host((request, response) => response.end(request.headers["cache-control"]));
    expect((await answerOf(url)).body).toBe("no-cache");
  });
});

describe("the address", () => {
  it("is looked at before anything leaves", async () => {
    let requests = 0;
    const url = await host((_, response) => {
      requests += 1;
      response.end();
    });
    expect(await failureOf(url, { allowLoopbackHttp: false })).toMatchObject({ reason: "url_refused" });
    expect(await failureOf("https://10.0.0.5/x?key=hunter2")).toEqual({
      reason: "url_refused",
      message: "10.0.0.5 is not a public address on the Internet.",
    });
    expect(requests).toBe(0);
  });

  it("is looked at again at every call, so that turning the switch off counts at once", async () => {
    const url = await host((_, response) => response.end("hello"));
    expect((await answerOf(url)).body).toBe("hello");
    expect((await answerOf(url)).body).toBe("hello");
    expect(await failureOf(url, { allowLoopbackHttp: false })).toMatchObject({ reason: "url_refused" });
  });
});

describe("redirects", () => {
  it.each([300, 301, 302, 303, 304, 307, 308])(
    "with status %i are refused and not followed",
    async (status) => {
      let followed = false;
      const url = await host((request, response) => {
        followed ||= request.url === "/inside";
        response.writeHead(status, { location: "/inside" }).end();
      });
      const failure = await failureOf(`${url}/start?key=hunter2`);
      expect(failure.reason).toBe("redirect_refused");
      expect(failure.message).toContain("127.0.0.1");
      expect(failure.message).not.toContain("hunter2");
      expect(followed).toBe(false);
    },
  );

  it("do not leave their connection open", async () => {
    const url = await rawHost(
      "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 500\r\n\r\n",
      () => undefined,
    );
    expect((await failureOf(url)).reason).toBe("redirect_refused");
    await allClosed();
  });
});

describe("the deadline", () => {
  it("covers a host that accepts the connection and says nothing", async () => {
    const url = await listen(createTcpServer((socket) => socket.resume()));
    expect(await failureOf(url, { timeoutMs: 60 })).toEqual({
      reason: "timed_out",
      message: `${new URL(url).host} did not answer completely within 60 ms.`,
    });
    await allClosed();
  });

  it.each([
    ["of stated length", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", "x"],
    ["in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"],
  ])("covers a body %s that drips", async (_, head, drop) => {
    let drops = 0;
    const url = await rawHost(head, (socket) => {
      const drip = setInterval(() => socket.write(drop, () => drops++), 5);
      socket.on("close", () => clearInterval(drip));
    });
    expect((await failureOf(url, { timeoutMs: 100 })).reason).toBe("timed_out");
    await allClosed();
    expect(drops).toBeGreaterThan(2);
  });

  it("leaves no timer behind, however the call ends", async () => {
    const url = await host((_, response) => response.end());
    const started = vi.spyOn(globalThis, "setTimeout");
    const cleared = vi.spyOn(globalThis, "clearTimeout");
    await answerOf(url, { timeoutMs: 600_000 });
    await failureOf("http://127.0.0.1:1/", { timeoutMs: 600_000 });
    const deadlines = started.mock.results.filter((_, index) => started.mock.calls[index]?.[1] === 600_000);
    expect(deadlines).toHaveLength(2);
    for (const deadline of deadlines) {
      expect(cleared).toHaveBeenCalledWith(deadline.value);
    }
  });
});

describe("the size cap", () => {
  const body = (size: number) => "x".repeat(size);

  it("lets exactly that many bytes through, stated or in chunks", async () => {
    const url = await host((request, response) => {
      if (request.url === "/stated") {
        response.setHeader("content-length", 1_000);
      }
      response.end(body(1_000));
    });
    expect((await answerOf(`${url}/stated`)).body).toHaveLength(1_000);
    expect((await answerOf(`${url}/chunked`)).body).toHaveLength(1_000);
  });

  it("counts bytes, not characters", async () => {
    const url = await host((_, response) => {
      response.write("ũ".repeat(250));
      response.end("ũ".repeat(251));
    });
    expect((await failureOf(url)).reason).toBe("too_large");
  });

  it("refuses a stated length without reading", async () => {
    const url = await rawHost("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", () => undefined);
    expect(await failureOf(url)).toEqual({
      reason: "too_large",
      message: `The answer of ${new URL(url).host} is larger than 1000 bytes.`,
    });
    await allClosed();
  });

  it("stops a body without a stated length, and one without an end", async () => {
    const chunk = `3e8\r\n${body(1_000)}\r\n`;
    const url = await rawHost("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", (socket) => {
      const pour = () => {
        while (socket.writable && socket.write(chunk)) {}
      };
      socket.on("drain", pour);
      pour();
    });
    expect((await failureOf(url)).reason).toBe("too_large");
    await allClosed();
  });

  it("[OUTBOUND-03] counts what a compressed body unpacks to", async () => {
    const packed = gzipSync(body(1_000_000));
    const url = await host((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length }).end(packed);
    });
    expect((await failureOf(url, { maxResponseBytes: 10_000 })).reason).toBe("too_large");
    expect((await answerOf(url, { maxResponseBytes: 1_000_000 })).body).toHaveLength(1_000_000);
  });

  it("reads no more than a stated length that lies", async () => {
    const url = await rawHost(`HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n${body(50_000)}`);
    expect((await answerOf(url)).body).toBe("xxxxx");
  });

  it("[OUTBOUND-03] is not fooled by a second framing beside the stated length", async () => {
    const chunks = `3e8\r\n${body(1_000)}\r\n`.repeat(20);
    const url = await rawHost(
      `HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
    );
    // Node refuses such an answer by itself; the next test shows what workerd makes of it.
    expect((await failureOf(url)).reason).toBe("connect_failed");
  });

  it("counts the bytes where the stated length is not the framing", async () => {
    const headers = { "content-length": "5", "transfer-encoding": "chunked" };
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(body(1_001), { headers }));
    expect((await failureOf("https://plugins.example.com/")).reason).toBe("too_large");
  });
});

describe("a connection that fails", () => {
  it("[OUTBOUND-04] names the host and nothing else", async () => {
    const failure = await failureOf("http://127.0.0.1:1/execute?key=hunter2", {
      headers: { authorization: "Bearer hunter2" },
    });
    expect(failure).toEqual({
      reason: "connect_failed",
      message: "127.0.0.1:1 could not be reached, or ended the connection before its answer was complete.",
    });
  });

  it.each([
    ["before the answer", ""],
    ["within the head", "HTTP/1.1 200 OK\r\nContent-Le"],
    ["within a body of stated length", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nxxx"],
    ["within a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nxx"],
    ["with something that is not HTTP", "SSH-2.0-OpenSSH_9.2\r\n"],
    [
      "with a body that does not unpack",
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
    ],
  ])("when it ends %s", async (_, bytes) => {
    const url = await rawHost(bytes || "\r\n");
    expect((await failureOf(url)).reason).toBe("connect_failed");
  });
});
