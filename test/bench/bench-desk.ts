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

/** The manifest that Kivuko installs. `origin` is the loopback origin of the plugin. */
export function pluginManifest(origin: string): object {
  return {
    slug: "BENCH_DESK",
    version: "1.0.0",
    name: "Bench desk",
    description: "Opens support tickets without doing any work",
    baseUrl: origin,
    auth: { type: "secret" },
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

/**
 * The request body of the peer. It takes the manifest with the call when the caller has it, as its chat client
 * sends it; by index URL it would fetch the index and the manifest on every call, which is three requests instead of one.
 */
export function peerRequest(origin: string): object {
  return {
    identifier: "bench-desk",
    apiName: TOOL_NAME,
    arguments: JSON.stringify(toolInput),
    manifest: {
      identifier: "bench-desk",
      meta: { title: "Bench desk", description: "Opens support tickets without doing any work" },
      api: [
        {
          name: TOOL_NAME,
          description: "Opens a support ticket for the customer",
          parameters: inputSchema,
          url: toolUrl(origin),
        },
      ],
    },
  };
}
