/**
 * The import rules of the code, checked by `npm run check`. A rule that fights the work is changed here and
 * explained in docs/decisions/; there are no exceptions beside the code.
 */

/** Rooms from the top of the stack down. A room imports itself and the rooms below it. */
const ROOMS = [
  ["worker", "^src/worker\\.ts$"],
  ["app", "^src/(app|control-plane|reference|queues|crons|sealed-columns)\\.ts$"],
  ["context", "^src/(env|context)\\.ts$"],
  ["bridge", "^src/bridge/"],
  ["agent", "^src/agent/"],
  ["toolkits", "^src/toolkits/"],
  ["effects", "^src/effects/"],
  ["plugins", "^src/plugins/"],
  ["channels", "^src/channels/"],
  ["tenancy", "^src/tenancy/"],
  ["http", "^src/http/"],
  ["access", "^src/access/"],
  ["db", "^src/db/"],
  ["kernel", "^src/kernel/"],
  ["contract", "^src/contract/"],
];
/** Everything that runs in the Worker. */
const WORKER = ROOMS.map(([, path]) => path);

/** Where something comes in from outside: HTTP, a queue, a tick, a Durable Object call. */
const DOORS = ["[/.]routes\\.ts$", "\\.consumer\\.ts$", "\\.job\\.ts$", "\\.object\\.ts$", "/page\\.tsx$"];
const WIRING = ["^src/worker\\.ts$", "^src/(app|control-plane|queues|crons)\\.ts$"];
const FEATURE = "^src/(agent|effects|plugins|channels|tenancy)/([^/]+)/";
const HONO = "node_modules/(hono|@hono/[^/]+)/";

module.exports = {
  forbidden: [
    ...ROOMS.slice(1).map(([room, path], index) => ({
      name: `${room}-looks-only-down`,
      comment: `src/${room} imports only the rooms below it.`,
      severity: "error",
      from: { path },
      to: { path: ROOMS.slice(0, index + 1).map(([, above]) => above) },
    })),
    {
      name: "worker-knows-no-tools",
      comment: "The Worker imports neither the SDK nor what runs in Node (cli, local).",
      severity: "error",
      from: { path: WORKER },
      to: { path: "^src/(sdk|cli|local)/" },
    },
    {
      name: "feature-through-its-index",
      comment: "A feature is imported by another only through its index.ts.",
      severity: "error",
      from: { path: FEATURE },
      to: { path: FEATURE, pathNot: ["^src/$1/$2/", "/index\\.ts$"] },
    },
    {
      name: "feature-from-above",
      comment: "From outside the features, only their index.ts and their doors are imported.",
      severity: "error",
      from: { pathNot: FEATURE },
      to: { path: FEATURE, pathNot: ["/index\\.ts$", ...DOORS] },
    },
    {
      name: "toolkits-stand-alone",
      comment: "A toolkit is a plugin: it knows nothing of the other toolkits.",
      severity: "error",
      from: { path: "^src/toolkits/([^/]+)/" },
      to: { path: "^src/toolkits/", pathNot: "^src/toolkits/$1/" },
    },
    {
      name: "examples-stand-on-the-sdk",
      comment: "An example shows what an author can write: it imports the SDK alone.",
      severity: "error",
      from: { path: "^examples/([^/]+)/" },
      to: { path: "^(src|examples)/", pathNot: ["^src/sdk/(index|node)\\.ts$", "^examples/$1/"] },
    },
    {
      name: "doors-only-by-wiring",
      comment:
        "Doors are opened by the wiring alone: worker.ts, app.ts, control-plane.ts, queues.ts, crons.ts.",
      severity: "error",
      from: { pathNot: WIRING },
      to: { path: DOORS },
    },
    {
      name: "doors-touch-no-tables",
      comment: "A door translates and calls a verb; tables are the verb's.",
      severity: "error",
      from: { path: [...DOORS, "/policy\\.ts$", ...WIRING] },
      to: { path: ["^src/db/schema/", "node_modules/drizzle-orm/"] },
    },
    {
      name: "http-touches-no-tables",
      comment: "What carries HTTP knows nothing of tables.",
      severity: "error",
      from: { path: "^src/http/" },
      to: { path: "^src/db/" },
    },
    {
      name: "verbs-know-no-http-framework",
      comment: "Only doors, their schemas, src/http and the wiring import hono.",
      severity: "error",
      from: {
        path: "^src/(bridge|agent|toolkits|effects|plugins|channels|tenancy|access|db|kernel|contract|sdk|cli|local)/",
        pathNot: [...DOORS, "/schemas\\.ts$"],
      },
      to: { path: HONO },
    },
    {
      name: "contract-imports-zod-only",
      comment: "src/contract is what crosses a wire: schemas and types, nothing else.",
      severity: "error",
      from: { path: "^src/contract/" },
      to: { pathNot: ["^src/contract/", "node_modules/zod/"] },
    },
    {
      name: "kernel-is-portable",
      comment: "src/kernel and src/contract run anywhere: neither Workers' nor Node's own modules.",
      severity: "error",
      from: { path: "^src/(kernel|contract)/" },
      to: { path: ["^cloudflare:", "^node:", HONO, "node_modules/drizzle-orm/"] },
    },
    {
      name: "kernel-uses-no-core-modules",
      comment: "src/kernel and src/contract run anywhere: no module built into Node.",
      severity: "error",
      from: { path: "^src/(kernel|contract)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "outside-hosts-through-few-files",
      comment:
        "Only adapters and the features named here call hosts outside, all through kernel/outbound.ts.",
      severity: "error",
      from: {
        path: WORKER,
        pathNot: [
          "\\.adapter\\.ts$",
          "^src/plugins/(dispatch|mcp|openapi|connections)/",
          "^src/plugins/installs/review-plugin\\.ts$",
          "^src/kernel/",
        ],
      },
      to: { path: "^src/kernel/outbound\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "channels-by-their-registry",
      comment:
        "A channel is reached by src/channels/channels.ts alone, and that by few: nothing is sent beside deliver.ts.",
      severity: "error",
      from: { pathNot: ["^src/channels/channels\\.ts$", "^src/channels/(simulator|twilio|whatsapp-cloud)/"] },
      to: { path: "^src/channels/(simulator|twilio|whatsapp-cloud)/" },
    },
    {
      name: "channels-known-to-few",
      comment:
        "Who knows the channels could send by them; test/unit/channels/one-way-out.test.ts reads these files.",
      severity: "error",
      from: {
        pathNot: [
          "^src/channels/(deliver|find-template|find-webhook-instance|open-media)\\.ts$",
          "^src/channels/policy/gather-facts\\.ts$",
        ],
      },
      to: { path: "^src/channels/channels\\.ts$" },
    },
    {
      name: "one-way-out",
      comment:
        "Only a conversation delivers, because it alone knows what the policy asks: STOP, the window, the caps.",
      severity: "error",
      from: { pathNot: "^src/agent/chats/" },
      to: { path: "^src/channels/deliver\\.ts$" },
    },
    {
      name: "streams-through-adapters",
      comment: "An answer that is read while it comes belongs to an adapter, which bounds and ends it.",
      severity: "error",
      from: { path: WORKER, pathNot: ["\\.adapter\\.ts$", "^src/kernel/"] },
      to: { path: "^src/kernel/outbound-stream\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "sdk-is-portable",
      comment: "The SDK imports src/contract and src/kernel; only its Node server may import Node.",
      severity: "error",
      from: { path: "^src/sdk/" },
      to: { path: "^src/", pathNot: "^src/(sdk|contract|kernel)/" },
    },
    {
      name: "sdk-node-apart",
      comment: "What needs Node lives in src/sdk/node.ts alone, which the rest of the SDK never imports.",
      severity: "error",
      from: { path: "^src/sdk/", pathNot: "^src/sdk/node\\.ts$" },
      to: { path: ["^cloudflare:", "^src/sdk/node\\.ts$"] },
    },
    {
      name: "sdk-uses-no-core-modules",
      comment: "What needs Node lives in src/sdk/node.ts alone.",
      severity: "error",
      from: { path: "^src/sdk/", pathNot: "^src/sdk/node\\.ts$" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "cli-stands-on-the-api",
      comment:
        "The command line talks HTTP; of the Worker it knows the contract and how a manifest is checked.",
      severity: "error",
      from: { path: "^src/cli/" },
      to: {
        path: "^src/",
        pathNot: ["^src/(cli|sdk|contract|kernel)/", "^src/plugins/manifest/index\\.ts$"],
      },
    },
    {
      name: "local-stands-on-the-api",
      comment: "What runs the Worker on this machine talks to it over HTTP.",
      severity: "error",
      from: { path: "^src/local/" },
      to: { path: "^src/", pathNot: "^src/(local|cli|sdk|contract|kernel)/" },
    },
    {
      name: "no-cycles",
      comment: "A cycle has no top and no bottom.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-development-tools-in-the-worker",
      comment: "What is deployed needs no development dependency.",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/local/"] },
      to: {
        dependencyTypes: ["npm-dev"],
        dependencyTypesNot: ["type-only"],
        pathNot: "node_modules/@types/",
      },
    },
    {
      name: "resolvable",
      comment: "An import leads somewhere.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^cloudflare:" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
