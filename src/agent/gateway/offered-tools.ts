/** Which tools of a number a model is offered, in the order of their names. Pure. */
import type { ChatTool } from "../../contract/chat-completions.ts";
import type { CatalogEntry, CatalogInstallation, InstanceCatalog } from "../../plugins/catalog/index.ts";
import { DYNAMIC_TOOLS } from "../../plugins/in-process/index.ts";

/** As `GET /organizations/{organizationId}/plugins` names a plugin: an installation, or `first_party:<slug>`. */
function isEnabled(installation: CatalogInstallation, enabledPluginIds: readonly string[] | null): boolean {
  return (
    enabledPluginIds === null ||
    enabledPluginIds.includes(installation.id) ||
    (installation.firstParty !== undefined && enabledPluginIds.includes(`first_party:${installation.slug}`))
  );
}

/** The tools that may be called now, of all plugins or of those named. */
export function offeredTools(
  catalog: InstanceCatalog,
  enabledPluginIds: readonly string[] | null,
): readonly CatalogEntry[] {
  return [...catalog.entries.values()]
    .filter((entry) => entry.decision.allowed && isEnabled(entry.installation, enabledPluginIds))
    .sort((a, b) => (a.modelName < b.modelName ? -1 : 1));
}

/** The first-party plugins that have a say in the turn. */
export function enabledFirstParty(
  catalog: InstanceCatalog,
  enabledPluginIds: readonly string[] | null,
): readonly CatalogInstallation[] {
  return catalog.firstParty.filter((installation) => isEnabled(installation, enabledPluginIds));
}

/** Whether a turn with these plugins differs from one without any. */
export function usesPlugins(catalog: InstanceCatalog, enabledPluginIds: readonly string[] | null): boolean {
  return (
    offeredTools(catalog, enabledPluginIds).length > 0 ||
    enabledFirstParty(catalog, enabledPluginIds).some(
      ({ firstParty, grant }) =>
        firstParty?.injectsContext === true ||
        (firstParty?.getDynamicTools !== undefined && grant?.tools.includes(DYNAMIC_TOOLS)),
    )
  );
}

/** A tool as a model is told about it. */
export function toChatTool({ modelName, toolName, installation }: CatalogEntry): ChatTool {
  const definition = installation.version.tool(toolName)?.definition;
  return {
    type: "function",
    function: {
      name: modelName,
      description: definition?.description ?? "",
      parameters: definition?.inputSchema ?? { type: "object" },
    },
  };
}
