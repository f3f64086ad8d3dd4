/** The plugin of the benchmark: one tool of ordinary size, described once for Kivuko and once for the peer. */

const TOOL_NAME = "open_ticket";
const TOOL_PATH = "/execute";

const inputSchema = {
  type: "object",
  properties: {
    subject: {
      type: "string",
      description: "One line that says what is wrong",
      minLength: 3,
      maxLength: 200,
    },
    details: { type: "string", description: "What the customer wrote", maxLength: 4000 },
    priority: { type: "string", description: "How soon it hurts", enum: ["low", "normal", "high"] },
    orderNumber: { type: "string", description: "The order it is about", pattern: "^[A-Z]{3}-[0-9]{4,8}$" },
  },
  required: ["subject", "details", "priority"],
  additionalProperties: false,
};

const outputSchema = {
  type: "object",
  properties: {
    ticketId: { type: "string" },
    status: { type: "string", enum: ["open", "merged"] },
    replyWithinHours: { type: "integer", minimum: 0 },
  },
  required: ["ticketId", "status"],
};

/** What every leg sends as the tool's arguments. */
export const toolInput = {
  subject: "The parcel arrived open",
  details: "The box was torn on one side and the charger is missing. Everything else is there.",
  priority: "high",
  orderNumber: "DUK-20261120",
};

/** What the plugin answers to every call, and so what every leg must answer in the end. */
export const pluginAnswer = { ticketId: "T-10482", status: "open", replyWithinHours: 4 };

/** None reaches the current chat or known contacts, which would cost a tool call something. */
const BRIDGE_PERMISSIONS = [
  "plugin:messages:send:external_recipient",
  "plugin:payments:initiate:external_recipient",
  "plugin:payments:status:own",
  "plugin:messages:schedule:external_recipient",
];

/** The manifest that Kivuko installs. `origin` is the loopback origin of the plugin. */
export function pluginManifest(origin: string): object {
  return {
    slug: "BENCH_DESK",
    version: "1.0.0",
    name: "Bench desk",
    description: "Opens support tickets without doing any work",
    baseUrl: origin,
    auth: { type: "secret" },
    permissions: BRIDGE_PERMISSIONS.map((key) => ({ key, label: key, description: "For the bridge's turn" })),
    tools: [
      {
        name: TOOL_NAME,
        description: "Opens a support ticket for the customer",
        inputSchema,
        outputSchema,
        endpoint: { method: "POST", path: TOOL_PATH },
      },
    ],
  };
}

/** Model-visible name of the tool on Kivuko. */
export const modelToolName = `BENCH_DESK__${TOOL_NAME}`;

/** The URL of the tool, for the bare proxy and the direct leg. */
export function toolUrl(origin: string): string {
  return `${origin}${TOOL_PATH}`;
}

const PEER_IDENTIFIER = "bench-desk";

/** The same plugin in the peer's form of a manifest. */
export function peerManifest(origin: string): object {
  return {
    identifier: PEER_IDENTIFIER,
    meta: { title: "Bench desk", description: "Opens support tickets without doing any work" },
    api: [
      {
        name: TOOL_NAME,
        description: "Opens a support ticket for the customer",
        parameters: inputSchema,
        url: toolUrl(origin),
      },
    ],
  };
}

/** The peer's index of plugins, with this one alone in it: a real one is larger. */
export function peerIndex(origin: string): object {
  return {
    schemaVersion: 1,
    plugins: [
      {
        identifier: PEER_IDENTIFIER,
        author: "Bench",
        createdAt: "2026-11-20",
        homepage: origin,
        manifest: `${origin}${PEER_MANIFEST_PATH}`,
        meta: { title: "Bench desk", tags: [] },
        schemaVersion: 1,
      },
    ],
  };
}

/** Where the plugin's server has them. */
export const MANIFEST_PATH = "/manifest.json";
export const PEER_MANIFEST_PATH = "/peer-manifest.json";
export const PEER_INDEX_PATH = "/peer-index.json";

/** What the peer is asked: the tool by name, and its manifest too when the caller is to bring it. */
export function peerRequest(manifest?: object): object {
  return {
    identifier: PEER_IDENTIFIER,
    apiName: TOOL_NAME,
    arguments: JSON.stringify(toolInput),
    ...(manifest === undefined ? {} : { manifest }),
  };
}
