import { createRoute, z } from "@hono/zod-openapi";
import { CONTROL_PLANE, jsonAnswer, pageOf, problems } from "../../http/openapi.ts";
import { createRouter } from "../../http/router.ts";
import { listEvents } from "./list-events.ts";
import { listOrganizationPlugins, listPlugins } from "./list-plugins.ts";
import { EventQuery, FirstPartyPluginState, OrganizationPlugin, PluginEvent } from "./schemas.ts";
import { setPluginState } from "./set-plugin-state.ts";

const tags = ["First-party plugins"];
const security = CONTROL_PLANE;

export const firstPartyRoutes = createRouter();

firstPartyRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/plugins",
    operationId: "listPlugins",
    tags,
    security,
    summary: "Plugins that ship with the platform, with their state here",
    responses: { 200: jsonAnswer(pageOf(FirstPartyPluginState), "All of them."), ...problems() },
  }),
  async (c) => c.json(await listPlugins({ ctx: c.get("ctx") }), 200),
);

for (const [verb, enabled] of [
  ["enable", true],
  ["disable", false],
] as const) {
  firstPartyRoutes.openapi(
    createRoute({
      method: "post",
      path: `/v1/admin/plugins/{id}/${verb}`,
      operationId: `${verb}Plugin`,
      tags,
      security,
      summary: enabled ? "Enable a first-party plugin for the organisation" : "Disable it; grants stay",
      request: { params: z.object({ id: z.string().openapi({ example: "kivuko.greeter" }) }) },
      responses: { 200: jsonAnswer(FirstPartyPluginState, "The plugin's state."), ...problems(404) },
    }),
    async (c) =>
      c.json(await setPluginState({ ctx: c.get("ctx"), input: { ...c.req.valid("param"), enabled } }), 200),
  );
}

firstPartyRoutes.openapi(
  createRoute({
    method: "get",
    path: "/organizations/{organizationId}/plugins",
    operationId: "listOrganizationPlugins",
    tags,
    security,
    summary: "The organisation's active plugins of every kind",
    request: { params: z.object({ organizationId: z.string() }) },
    responses: {
      200: jsonAnswer(z.object({ data: z.array(OrganizationPlugin) }), "All of them."),
      ...problems(404),
    },
  }),
  async (c) => c.json(await listOrganizationPlugins({ ctx: c.get("ctx"), input: c.req.valid("param") }), 200),
);

firstPartyRoutes.openapi(
  createRoute({
    method: "get",
    path: "/v1/plugin-events",
    operationId: "listPluginEvents",
    tags,
    security,
    summary: "What first-party plugins let people know",
    request: { query: EventQuery },
    responses: { 200: jsonAnswer(pageOf(PluginEvent), "One page, newest first."), ...problems(422) },
  }),
  async (c) => c.json(await listEvents({ ctx: c.get("ctx"), input: c.req.valid("query") }), 200),
);
