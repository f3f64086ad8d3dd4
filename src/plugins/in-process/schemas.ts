import { z } from "@hono/zod-openapi";
import type { pluginEvent } from "../../db/schema/index.ts";
import { isoTime, PageQuery } from "../../http/openapi.ts";
import { type FirstPartyPlugin, slugOf } from "./define-plugin.ts";

export const FirstPartyPluginState = z
  .object({
    id: z.string().openapi({ example: "kivuko.greeter" }),
    slug: z.string(),
    name: z.string(),
    version: z.string(),
    description: z.string(),
    enabled: z.boolean(),
    installationId: z
      .string()
      .nullable()
      .openapi({ description: "What to grant to a number, once enabled." }),
    permissions: z.array(z.string()),
    tools: z.array(
      z.object({
        name: z.string(),
        description: z.string(),
        usage: z.string().nullable(),
        sideEffects: z.boolean(),
      }),
    ),
  })
  .openapi("FirstPartyPlugin");

export const OrganizationPlugin = z
  .object({
    id: z.string(),
    kind: z.enum(["manifest", "mcp", "first_party"]),
    slug: z.string(),
    displayName: z.string(),
    description: z.string(),
    toolCount: z.number().int(),
  })
  .openapi("OrganizationPlugin");

export const EventQuery = PageQuery.extend({ installationId: z.string().max(200).optional() });
export type EventQuery = z.infer<typeof EventQuery>;

export const PluginEvent = z
  .object({
    id: z.string(),
    instanceId: z.string(),
    installationId: z.string(),
    plugin: z.string(),
    name: z.string(),
    data: z.string().openapi({ description: "JSON, redacted and cut like every record." }),
    sourceId: z.string().openapi({ description: "The tool call or job that it comes from." }),
    createdAt: z.iso.datetime(),
  })
  .openapi("PluginEvent");
export type PluginEvent = z.infer<typeof PluginEvent>;

export function presentEvent({
  pluginSlug,
  createdAt,
  ...row
}: typeof pluginEvent.$inferSelect): PluginEvent {
  return {
    id: row.id,
    instanceId: row.instanceId,
    installationId: row.installationId,
    plugin: pluginSlug,
    name: row.name,
    data: row.data,
    sourceId: row.sourceId,
    createdAt: isoTime(createdAt),
  };
}

export function presentFirstParty(
  plugin: FirstPartyPlugin,
  state: { readonly id: string; readonly status: string } | null,
) {
  return {
    id: plugin.id,
    slug: slugOf(plugin),
    name: plugin.name,
    version: plugin.version,
    description: plugin.description,
    enabled: state?.status === "active",
    installationId: state?.id ?? null,
    permissions: [...(plugin.permissions ?? [])],
    tools: plugin.tools.map((tool) => ({
      name: tool.name,
      description: tool.description,
      usage: tool.usage ?? null,
      sideEffects: tool.sideEffects ?? false,
    })),
  };
}
