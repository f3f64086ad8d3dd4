import type { Ctx } from "../../access/context.ts";
import { requireInstance } from "./require-instance.ts";

/** The tools that the number's agent may call now, in the order of their names. */
export async function listTools({ ctx, input }: { ctx: Ctx; input: { instanceId: string } }) {
  const catalog = await requireInstance({ ctx, instanceId: input.instanceId });
  return [...catalog.entries.values()]
    .filter((entry) => entry.decision.allowed)
    .sort((a, b) => (a.modelName < b.modelName ? -1 : 1))
    .map((entry) => {
      const definition = entry.installation.version.tool(entry.toolName)?.definition;
      return {
        name: entry.modelName,
        plugin: entry.installation.slug,
        tool: entry.toolName,
        description: definition?.description ?? "",
        inputSchema: definition?.inputSchema ?? {},
        outputSchema: definition?.outputSchema ?? null,
        sideEffects: definition?.sideEffects ?? false,
        sensitive: definition?.sensitive ?? false,
      };
    });
}
