/** One turn's view of a number's catalog: with the tools that plugins made for it, without what the chat has off. Pure. */

import { compileSchema } from "../../kernel/json-schema.ts";
import { decideGates } from "../grants/index.ts";
import { DYNAMIC_TOOLS, type FirstPartyTool, toManifestTool } from "../in-process/index.ts";
import type { CatalogEntry, CatalogInstallation, InstanceCatalog } from "./instance-catalog.ts";
import type { LoadedVersion } from "./loaded-version.ts";
import { toModelName } from "./tool-name.ts";

/** By installation: the tools that its plugin has for this turn. */
export type DynamicTools = ReadonlyMap<string, readonly FirstPartyTool[]>;

/** The catalog with these tools in it. Whether they may be called is the grant's to say, as it is now. */
export function withDynamicTools(catalog: InstanceCatalog, dynamic: DynamicTools): InstanceCatalog {
  if (dynamic.size === 0) {
    return catalog;
  }
  const entries = new Map(catalog.entries);
  for (const installation of catalog.firstParty) {
    const tools = dynamic.get(installation.id) ?? [];
    const held = { ...installation, version: withTools(installation.version, tools) };
    for (const tool of tools) {
      const entry = toEntry(held, tool);
      if (!entries.has(entry.modelName)) {
        entries.set(entry.modelName, entry);
      }
    }
  }
  return { ...catalog, entries };
}

function toEntry(installation: CatalogInstallation, tool: FirstPartyTool): CatalogEntry {
  const modelName = toModelName(installation.slug, tool.name);
  const { grant } = installation;
  return {
    modelName,
    toolName: tool.name,
    installation,
    decision: decideGates({
      toolName: modelName,
      installation: { id: installation.id, slug: installation.slug, status: "active" },
      grant: grant && {
        tools: grant.tools.includes(DYNAMIC_TOOLS) ? [...grant.tools, tool.name] : grant.tools,
        permissions: grant.permissions,
      },
      tool: {
        name: tool.name,
        isCapability: false,
        permissionsRequired: tool.permissionsRequired ?? [],
      },
    }),
  };
}

function withTools(version: LoadedVersion, tools: readonly FirstPartyTool[]): LoadedVersion {
  const loaded = new Map(
    tools.map((tool) => [
      tool.name,
      { definition: toManifestTool(tool), input: compileSchema(tool.parameters), output: null },
    ]),
  );
  return { ...version, tool: (name) => version.tool(name) ?? loaded.get(name) };
}

/** The catalog of a chat in which these installations are switched off: their tools are refused, and say why. */
export function withoutInstallations(
  catalog: InstanceCatalog,
  switchedOff: readonly string[],
): InstanceCatalog {
  if (switchedOff.length === 0) {
    return catalog;
  }
  const entries = [...catalog.entries].map(([name, entry]) => {
    const isOff = entry.decision.allowed && switchedOff.includes(entry.installation.id);
    return [name, isOff ? refuse(entry) : entry] as const;
  });
  return {
    ...catalog,
    entries: new Map(entries),
    firstParty: catalog.firstParty.filter(({ id }) => !switchedOff.includes(id)),
  };
}

function refuse(entry: CatalogEntry): CatalogEntry {
  const { slug, id } = entry.installation;
  const message = `The plugin ${slug} is switched off in this chat.`;
  return {
    ...entry,
    decision: {
      allowed: false,
      gate: "instance_grant",
      code: "plugin_off_in_chat",
      message,
      hint: `Switch it on: PUT /v1/chats/<chat>/plugins/${id} {"enabled": true}.`,
      trace: [
        ...entry.decision.trace.filter(({ gate }) => gate === "installation"),
        { gate: "instance_grant", passed: false, detail: message },
      ],
    },
  };
}
