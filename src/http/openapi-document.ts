import type { OpenAPIHono } from "@hono/zod-openapi";
import type { HttpEnv } from "./router.ts";

export const API_VERSION = "0.1.0";

const TAGS = [
  ["Identity", "Who asks: members, API tokens and gateway keys."],
  ["Instances", "WhatsApp numbers and their agents' settings."],
  ["Installations", "Plugins in this organisation: review, install, configure, rotate, uninstall."],
  ["Grants", "Which number may use which plugin, tool by tool and permission by permission."],
  ["Tools", "What an agent may call, calling it, and why a call would be refused."],
  ["Chats", "Conversations with customers: reading them, taking them over, handing them back."],
  ["Simulator", "A phone for trying an agent out, without WhatsApp."],
  ["Models", "What agents think with: providers' keys and the catalog."],
  ["Gateway", "OpenAI's API with the organisation's plugins."],
  ["Usage", "What was used, by day and by dimension."],
  ["Records", "Every call and refusal, the audit trail, and what could not be delivered."],
  ["First-party plugins", "Plugins that ship with the platform."],
  ["Platform", "Health, schemas and this description."],
] as const;

/** Declares the security schemes and serves the OpenAPI 3.1 document of everything that is mounted. */
export function describeApi(router: OpenAPIHono<HttpEnv>): void {
  const { openAPIRegistry: registry } = router;
  registry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: "better-auth.session_token",
    description: "A signed-in person. `X-Org-Id` picks the organisation when there are several.",
  });
  registry.registerComponent("securitySchemes", "apiToken", {
    type: "http",
    scheme: "bearer",
    description: "An API token, `kvt_…`, for the control plane.",
  });
  registry.registerComponent("securitySchemes", "gatewayKey", {
    type: "http",
    scheme: "bearer",
    description: "A gateway key, `kvk_…`, for calling tools.",
  });
  router.get("/openapi.json", (c) =>
    c.json(
      router.getOpenAPI31Document({
        openapi: "3.1.0",
        info: {
          title: "Kivuko",
          version: API_VERSION,
          description:
            "Edge plugin platform for WhatsApp AI agents: install plugins by manifest, grant them number by number, call their tools.",
          license: { name: "Proprietary", url: "https://kivuko.example.com/terms" },
        },
        servers: [{ url: c.get("base").config.publicBaseUrl }],
        tags: TAGS.map(([name, description]) => ({ name, description })),
      }),
    ),
  );
}
