import { z } from "@hono/zod-openapi";
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
