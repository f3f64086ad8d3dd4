/** What first-party plugins add to one turn: text for the prompt, and further tools. Each has a second; what fails is left out. */
import type { OrgCtx } from "../../access/context.ts";
import { newId } from "../../kernel/ids.ts";
import { checkSchema } from "../../kernel/json-schema/check-schema.ts";
import type { CatalogInstallation, DynamicTools, InstanceCatalog } from "../catalog/index.ts";
import {
  DYNAMIC_TOOLS,
  type FirstPartyPlugin,
  type FirstPartyTool,
  findToolProblem,
  type PluginContext,
} from "../in-process/index.ts";
import { DYNAMIC_TOOLS_MAX, SYSTEM_CONTEXT_MAX_CHARACTERS, TURN_PART_TIMEOUT_MS } from "./limits.ts";
import { openPluginContext } from "./open-plugin-context.ts";
import { within } from "./within.ts";

export type TurnParts = {
  /** By plugin, what it wants the model to know. */
  readonly contexts: readonly { readonly plugin: string; readonly text: string }[];
  readonly dynamicTools: DynamicTools;
};

/** Asks the plugins that the turn uses, side by side. Never throws for what one of them does. */
export async function gatherTurnParts(
  ctx: OrgCtx,
  {
    catalog,
    installations,
    customerPhone,
  }: {
    catalog: InstanceCatalog;
    /** Of the catalog's first-party ones, those that are enabled in this turn. */
    installations: readonly CatalogInstallation[];
    customerPhone: string | null;
  },
): Promise<TurnParts> {
  const contexts: { plugin: string; text: string }[] = [];
  const dynamicTools = new Map<string, readonly FirstPartyTool[]>();
  const asking = installations.flatMap((installation) => {
    const plugin = installation.firstParty;
    if (plugin === undefined) {
      return [];
    }
    const ask = <T>(part: string, work: (context: PluginContext) => Promise<T>) =>
      askOnce(ctx, { plugin, installation, catalog, customerPhone }, part, work);
    const { getSystemContext, getDynamicTools } = plugin;
    return [
      plugin.injectsContext === true && getSystemContext !== undefined
        ? ask("getSystemContext", (context) => getSystemContext.call(plugin, context)).then((text) => {
            const shown = text?.trim().slice(0, SYSTEM_CONTEXT_MAX_CHARACTERS) ?? "";
            if (shown !== "") {
              contexts.push({ plugin: plugin.name, text: shown });
            }
          })
        : null,
      getDynamicTools !== undefined && installation.grant?.tools.includes(DYNAMIC_TOOLS)
        ? ask("getDynamicTools", (context) => getDynamicTools.call(plugin, context)).then((tools) => {
            dynamicTools.set(installation.id, keepUsable(ctx, plugin, tools ?? []));
          })
        : null,
    ];
  });
  await Promise.all(asking);
  // In the order of the plugins, not of their answers: the same prompt for the same turn.
  contexts.sort((a, b) => (a.plugin < b.plugin ? -1 : 1));
  return { contexts, dynamicTools };
}

type Asked = {
  readonly plugin: FirstPartyPlugin;
  readonly installation: CatalogInstallation;
  readonly catalog: InstanceCatalog;
  readonly customerPhone: string | null;
};

async function askOnce<T>(
  ctx: OrgCtx,
  { plugin, installation, catalog, customerPhone }: Asked,
  part: string,
  work: (context: PluginContext) => Promise<T>,
): Promise<T | null> {
  const fields = { plugin: plugin.id, part, instanceId: catalog.instanceId };
  try {
    const ended = await within(TURN_PART_TIMEOUT_MS, async (signal) =>
      work(
        await openPluginContext(ctx, {
          plugin,
          installation,
          tenant: catalog,
          actor: ctx.actor,
          callId: newId("call"),
          customerPhone,
          isApproved: false,
          signal,
        }),
      ),
    );
    if (!ended.timedOut) {
      return ended.value;
    }
    ctx.log.warn("turn_part_timed_out", fields);
  } catch (error) {
    ctx.log.error("turn_part_failed", { ...fields, error });
  }
  return null;
}

/** Checked like the tools that a plugin has from the start; one that is wrong is left out and logged. */
function keepUsable(
  ctx: OrgCtx,
  plugin: FirstPartyPlugin,
  tools: readonly FirstPartyTool[],
): readonly FirstPartyTool[] {
  const names = new Set(plugin.tools.map(({ name }) => name));
  const usable: FirstPartyTool[] = [];
  for (const tool of tools.slice(0, DYNAMIC_TOOLS_MAX)) {
    const problem = findToolProblem(plugin, tool, names) ?? checkSchema(tool.parameters, "")[0]?.message;
    if (problem === undefined) {
      names.add(tool.name);
      usable.push(tool);
    } else {
      ctx.log.warn("dynamic_tool_left_out", { plugin: plugin.id, tool: tool.name, problem });
    }
  }
  return usable;
}
