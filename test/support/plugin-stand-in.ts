/**
 * Plugins on loopback that behave in every way a plugin should not, and some that behave well. The first path
 * segment names the behaviour: `<url>/<behaviour>/manifest.json` is a Support Desk whose `baseUrl` is
 * `<url>/<behaviour>` (with `?slug=` under another slug, with `?tool=` and JSON another kind of tool, with
 * `?permissions=` and a JSON list more permissions), and a call of its tool `create_support_ticket` answers in that way.
 * `GET <url>/-/calls` lists what came in, for tests that run inside workerd.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type BadManifest, LEAK_MARKER, type PluginBehaviour } from "./stand-in.ts";

const MEBIBYTE = 1024 * 1024;
const DRIP_INTERVAL_MS = 50;

type StandInCall = {
  readonly behaviour: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

type Behaviour = (response: ServerResponse, call: StandInCall, earlier: number) => void;

function answer(response: ServerResponse, status: number, contentType: string, body: string) {
  response.writeHead(status, { "content-type": contentType, "content-length": Buffer.byteLength(body) });
  response.end(body);
}
const answerJson = (response: ServerResponse, status: number, value: unknown) =>
  answer(response, status, "application/json", JSON.stringify(value));

const TICKET = {
  ticketId: "SUP-10421",
  status: "created",
  message: "Ticket SUP-10421 was created in the customer-care queue.",
};

/** What a tool call gets, by behaviour. */
const BEHAVIOURS: Readonly<Record<PluginBehaviour, Behaviour>> = {
  well: (response) => answerJson(response, 200, TICKET),
  echo: (response, { behaviour: _, ...call }) => answerJson(response, 200, call),
  "wrong-shape": (response) => answerJson(response, 200, { ticketId: 10_421, status: "created" }),
  "server-error": (response) =>
    answer(
      response,
      500,
      "text/plain",
      `Error: connect ECONNREFUSED ${LEAK_MARKER}\n    at Desk.open (/srv/desk/src/store.js:41:13)`,
    ),
  "client-error": (response) =>
    answerJson(response, 400, {
      error: "queue_unknown",
      message: "<b>The queue</b> does not exist.",
    }),
  unauthorized: (response) => answerJson(response, 401, { error: "token_invalid" }),
  "unavailable-at-first": (response, _, earlier) =>
    earlier % 2 === 0 ? answerJson(response, 503, { error: "starting" }) : answerJson(response, 200, TICKET),
  html: (response) => answer(response, 200, "text/html", `<html><body>Welcome ${LEAK_MARKER}</body></html>`),
  oversize: (response) => answerJson(response, 200, { filler: "x".repeat(2 * MEBIBYTE) }),
  redirect: (response) => {
    response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data/" });
    response.end();
  },
  "invalid-json": (response) =>
    answer(response, 200, "application/json", `{"ticketId": "SUP-1" ${LEAK_MARKER}`),
  "no-content": (response) => {
    response.writeHead(204);
    response.end();
  },
  "slow-drip": (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const drip = setInterval(() => response.write(" "), DRIP_INTERVAL_MS);
    response.on("close", () => clearInterval(drip));
  },
  hang: () => undefined,
  reset: (response) => response.destroy(),
  // Its manifest names an address where nothing listens, so that a call never comes here.
  "refuse-connection": (response) => response.destroy(),
};

const BAD_MANIFESTS: Readonly<Record<BadManifest, (response: ServerResponse) => void>> = {
  "not-json": (response) => answer(response, 200, "application/json", "slug: SUPPORT_DESK"),
  html: (response) => answer(response, 200, "text/html", "<html><body>Sign in to continue</body></html>"),
  "ten-megabytes": (response) => answer(response, 200, "application/json", `"${"x".repeat(10 * MEBIBYTE)}"`),
  "redirect-private": (response) => {
    response.writeHead(302, { location: "http://10.0.0.5/manifest.json" });
    response.end();
  },
  missing: (response) => answerJson(response, 404, { error: "not_found" }),
};

/** The Support Desk, whatever the behaviour; a slug of its own lets one organisation install several. */
function manifestOf(baseUrl: string, slug: string, tool: object, permissions: readonly string[]) {
  return {
    slug,
    version: "1.0.0",
    name: "Support Desk",
    description: "Creates customer support tickets in a way that suits a test.",
    baseUrl,
    auth: { type: "secret" },
    permissions: [
      {
        key: "support:tickets:create",
        label: "Create support tickets",
        description: "Lets the agent create tickets in the support desk.",
        default: true,
      },
      {
        key: "support:tickets:read",
        label: "Read support tickets",
        description: "Lets the agent look up tickets in the support desk.",
      },
      ...permissions.map((key) => ({ key, label: key, description: `Needed for ${key}.` })),
    ],
    configurationSchema: {
      type: "object",
      properties: { defaultQueue: { type: "string", description: "Queue for new tickets." } },
      required: ["defaultQueue"],
    },
    tools: [
      {
        name: "create_support_ticket",
        description: "Create a support ticket when a customer needs human follow-up.",
        timeoutMs: 1_000, // the shortest that a manifest may ask for
        inputSchema: {
          type: "object",
          properties: {
            customerName: { type: "string", description: "Customer name if available." },
            summary: { type: "string", description: "Short summary of the issue." },
            priority: { type: "string", enum: ["low", "normal", "high"], description: "Ticket priority." },
          },
          required: ["summary"],
        },
        outputSchema: { type: "object", properties: { ticketId: { type: "string" } } },
        ...tool,
      },
    ],
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

export type PluginStandIn = {
  /** Origin, no trailing slash. */
  readonly url: string;
  readonly manifestUrl: (behaviour: PluginBehaviour, slug?: string) => string;
  readonly badManifestUrl: (name: BadManifest) => string;
  /** Tool calls that came in, oldest first; manifest reads are not among them. */
  readonly calls: readonly StandInCall[];
  readonly close: () => Promise<void>;
};

/** Starts the stand-ins on a free loopback port. */
export async function startPluginStandIn(): Promise<PluginStandIn> {
  const calls: StandInCall[] = [];
  const closedUrl = await closedPortUrl();

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname: path, searchParams } = new URL(request.url ?? "/", "http://stand-in");
    const [behaviour = "", ...rest] = path.slice(1).split("/");
    const body = await readBody(request);
    if (path === "/-/calls") {
      answerJson(response, 200, calls);
    } else if (behaviour === "manifests" && Object.hasOwn(BAD_MANIFESTS, rest[0] ?? "")) {
      BAD_MANIFESTS[rest[0] as BadManifest](response);
    } else if (!Object.hasOwn(BEHAVIOURS, behaviour)) {
      answerJson(response, 404, { error: "no_such_behaviour" });
    } else if (rest[0] === "manifest.json") {
      const origin = behaviour === "refuse-connection" ? closedUrl : url;
      const slug = searchParams.get("slug") ?? "SUPPORT_DESK";
      const tool = JSON.parse(searchParams.get("tool") ?? "{}") as object;
      const permissions = JSON.parse(searchParams.get("permissions") ?? "[]") as string[];
      answerJson(response, 200, manifestOf(`${origin}/${behaviour}`, slug, tool, permissions));
    } else {
      const headers = request.headers as Record<string, string>;
      const call = { behaviour, method: request.method ?? "", path, headers, body };
      const earlier = calls.filter((one) => one.behaviour === behaviour).length;
      calls.push(call);
      BEHAVIOURS[behaviour as PluginBehaviour](response, call, earlier);
    }
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    manifestUrl: (behaviour, slug = "SUPPORT_DESK") => `${url}/${behaviour}/manifest.json?slug=${slug}`,
    badManifestUrl: (name) => `${url}/manifests/${name}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An address on loopback where nothing listens: its port was free a moment ago. */
export async function closedPortUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<unknown>((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
