import type { OpenAPIHono } from "@hono/zod-openapi";
import { problems } from "./openapi.ts";
import type { HttpEnv } from "./router.ts";

export const API_VERSION = "0.1.0";

const TAGS = [
  ["Accounts", "Who asks. Sign-up, sessions, members and invitations are better-auth's, at /api/auth."],
  ["API tokens", "Credentials for the control plane: scoped, with an end, shown once."],
  ["Gateway keys", "Credentials for calling tools: of an organisation, or of one number."],
  ["Instances", "WhatsApp numbers and their agents' settings."],
  ["Installations", "Plugins in this organisation: review, install, configure, rotate, uninstall."],
  ["Grants", "Which number may use which plugin, tool by tool and permission by permission."],
  ["Tools", "What an agent may call, calling it, and why a call would be refused."],
  ["Chats", "Conversations with customers: reading them, taking them over, handing them back."],
  ["Escalations", "Chats that wait for a person: assigning them, taking them, resolving them."],
  ["Scheduled messages", "Messages for later, once or again and again, and the calendar of what goes out."],
  ["Obligations", "What plugins have reminded or escalated, and how they are asked what is due."],
  ["Approvals", "Calls that wait until somebody says yes: reading them, approving, rejecting."],
  ["Simulator", "A phone for trying an agent out, without WhatsApp."],
  ["Models", "What agents think with: providers' keys and the catalog."],
  ["Gateway", "OpenAI's API with the organisation's plugins."],
  [
    "Bridge",
    "What plugins ask of the platform: messages, payments. Each call is signed with the plugin's secret.",
  ],
  ["Payments", "Money: what was asked of whom, refunds, and the accounts with the providers."],
  ["Receipts", "Receipts of payments and refunds, and what stands on them."],
  ["Catalogue", "What plugins offer, and what of it is in the shop."],
  ["Orders", "Orders, their states and payments, and what customers bring back."],
  ["Events", "What happened, and who is told of it: plugins, and addresses of your own."],
  ["Usage", "What was used, by day and by dimension."],
  ["Records", "Every call and refusal, and what could not be delivered."],
  ["Audit", "Who did what to what."],
  ["First-party plugins", "Plugins that ship with the platform."],
  ["Platform", "Health, schemas and this description."],
] as const;

/** By its SPDX expression (OpenAPI 3.1), as there is no page to link to. */
const LICENSE = { name: "Proprietary", identifier: "LicenseRef-Proprietary" };

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
  declareCommonProblems(registry);
  router.get("/openapi.json", (c) =>
    c.json(
      router.getOpenAPI31Document({
        openapi: "3.1.0",
        info: {
          title: "Kivuko",
          version: API_VERSION,
          description:
            "Edge plugin platform for WhatsApp AI agents: install plugins by manifest, grant them number by number, call their tools.",
          license: LICENSE,
        },
        servers: [{ url: c.get("base").config.publicBaseUrl }],
        tags: TAGS.map(([name, description]) => ({ name, description })),
      }),
    ),
  );
}

/** Declares what happens before any route runs, so that no route has to repeat it. */
function declareCommonProblems(registry: OpenAPIHono<HttpEnv>["openAPIRegistry"]): void {
  for (const definition of registry.definitions) {
    if (definition.type === "route") {
      const { route } = definition;
      route.responses = {
        ...(route.request?.body && problems(400, 413, 415, 422)),
        ...(isPublic(route) && { "4XX": { description: "The request cannot be read." } }),
        ...route.responses,
      };
    }
  }
}

function isPublic({ security }: { readonly security?: readonly unknown[] }): boolean {
  return security?.length === 0;
}
