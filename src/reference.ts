/** Public pages and probes: the front door, health, and the API reference. */
import { createRoute, z } from "@hono/zod-openapi";
import { jsonAnswer } from "./http/openapi.ts";
import { API_VERSION } from "./http/openapi-document.ts";
import { createRouter } from "./http/router.ts";

const Health = z.object({ status: z.literal("ok"), version: z.string() }).openapi("Health");

export const reference = createRouter();

reference.openapi(
  createRoute({
    method: "get",
    path: "/healthz",
    operationId: "getHealth",
    tags: ["Platform"],
    summary: "Whether the platform answers and reaches its database",
    security: [],
    responses: {
      200: jsonAnswer(Health, "It does."),
      503: jsonAnswer(z.object({ status: z.literal("unavailable") }), "The database does not answer."),
    },
  }),
  async (c) => {
    try {
      await c.env.DB.prepare("select 1").run();
      return c.json({ status: "ok" as const, version: API_VERSION }, 200);
    } catch (error) {
      c.get("base").log.error("health_check_failed", { error });
      return c.json({ status: "unavailable" as const }, 503);
    }
  },
);

/** A ferry. In the page itself, so that no browser asks for a file. */
const ICON = `<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 9h14l-2 5H3zM7 1h2v7H7z' fill='%230b6b60'/%3E%3C/svg%3E">`;

const FRONT_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Kivuko</title>${ICON}
<style>body{font:1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1.25rem;color:#1d2b2a;background:#fbfaf7}h1{font-size:2rem;margin:0}a{color:#0b6b60}code{background:#eeece4;padding:.1em .3em;border-radius:.25em}@media(prefers-color-scheme:dark){body{color:#e6ebe9;background:#14191a}a{color:#6cc9bb}code{background:#242b2c}}</style></head>
<body><main><h1>Kivuko</h1><p>An edge plugin platform for WhatsApp AI agents.</p>
<ul><li><a href="/docs">API reference</a> (<a href="/openapi.json">OpenAPI 3.1</a>)</li><li><a href="/docs/errors">Error codes</a></li><li><a href="/simulator">A phone to try with</a></li><li><a href="/schemas/manifest.json">JSON Schema of a plugin manifest</a></li><li><a href="/healthz">Health</a></li></ul>
<p>From a terminal: <code>npm run kivuko -- --help</code></p></main></body></html>`;

const DOCS_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Kivuko API reference</title>${ICON}</head>
<body><script id="api-reference" data-url="/openapi.json" data-configuration='{"hideClientButton":true,"showDeveloperTools":"never","withDefaultFonts":false,"telemetry":false,"agent":{"disabled":true},"mcp":{"disabled":true}}'></script><script src="/assets/scalar.js"></script></body></html>`;

reference.get("/", (c) => c.html(FRONT_PAGE));
reference.get("/docs", (c) => c.html(DOCS_PAGE));
reference.get("/docs/errors", (c) => readAsset(c.env, new Request(new URL("/assets/errors", c.req.url))));
reference.get("/simulator", (c) => readAsset(c.env, new Request(new URL("/assets/simulator", c.req.url))));
reference.get("/assets/*", (c) => readAsset(c.env, c.req.raw));

/** A copy, because the middleware adds headers and those of a binding's answer cannot be changed. */
async function readAsset({ ASSETS }: Env, request: Request): Promise<Response> {
  const asset = await ASSETS.fetch(request);
  return new Response(asset.body, asset);
}
