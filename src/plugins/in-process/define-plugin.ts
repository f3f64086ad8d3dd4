/**
 * First-party plugins: TypeScript that runs inside the Worker. The parts are those of the seed's protocol; a
 * tool call goes through the same gates, limits and records as a call to a plugin's server.
 */
import type { FirstPartyPermission } from "../../contract/permissions.ts";
import type { JsonSchema } from "../../kernel/json-schema.ts";
import type { PluginContext } from "./plugin-context.ts";

export type FirstPartyTool = {
  readonly name: string;
  /** When to call it, and when not: the model decides by this text. */
  readonly description: string;
  /** Hint for people who type, such as `/greet <language>`; also what makes it a slash command. */
  readonly usage?: string;
  readonly parameters: Exclude<JsonSchema, boolean>;
  /** True for a tool that changes anything. */
  readonly sideEffects?: boolean;
  /** Off in a new grant until somebody turns it on. */
  readonly sensitive?: boolean;
  /** Checked against the grant before each call. */
  readonly permissionsRequired?: readonly FirstPartyPermission[];
};

export type FirstPartyPlugin = {
  /** `<owner>.<name>`, unique. */
  readonly id: `${string}.${string}`;
  readonly name: string;
  /** Semantic version. */
  readonly version: string;
  readonly description: string;
  readonly tools: readonly FirstPartyTool[];
  readonly permissions?: readonly FirstPartyPermission[];
  /** Whether `getSystemContext` is asked at each turn. */
  readonly injectsContext?: boolean;
  /** What the agent should know in this turn, or null for nothing. Has a second; what fails is left out. */
  getSystemContext?(ctx: PluginContext): Promise<string | null>;
  /** Further tools of this turn, where the grant has `*dynamic` among its tools. Has a second. */
  getDynamicTools?(ctx: PluginContext): Promise<readonly FirstPartyTool[]>;
  /** The result text, or a text with a line that starts `Fallback suggestions:` when it could not. */
  executeTool(toolName: string, args: string, ctx: PluginContext): Promise<string>;
  /** Does a job that was enqueued. May be called again for the same job; a throw means: try again later. */
  runJob?(name: string, payload: unknown, ctx: PluginContext): Promise<void>;
};

/** Stands for a plugin's dynamic tools in the tools of a grant. No tool can have this name. */
export const DYNAMIC_TOOLS = "*dynamic";

const ID = /^[a-z][a-z0-9_-]*\.[a-z][a-z0-9_-]*$/;
const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Checks a plugin's definition when the Worker is built and tested, and hands it back. Throws on a bad one. */
export function definePlugin(plugin: FirstPartyPlugin): FirstPartyPlugin {
  if (!ID.test(plugin.id)) {
    throw new Error(`"${plugin.id}" is not a plugin id: it must look like <owner>.<name>.`);
  }
  if (plugin.injectsContext === true && plugin.getSystemContext === undefined) {
    throw new Error(`${plugin.id}: injectsContext needs getSystemContext.`);
  }
  const names = new Set<string>();
  for (const tool of plugin.tools) {
    const problem = findToolProblem(plugin, tool, names);
    if (problem !== null) {
      throw new Error(`${plugin.id}: ${problem}`);
    }
    names.add(tool.name);
  }
  return plugin;
}

/** What is wrong with a tool of that plugin beside those of the names given, or null. */
export function findToolProblem(
  plugin: Pick<FirstPartyPlugin, "permissions">,
  tool: FirstPartyTool,
  names: ReadonlySet<string>,
): string | null {
  if (!TOOL_NAME.test(tool.name) || names.has(tool.name)) {
    return `tool name "${tool.name}" is not valid, or is used twice.`;
  }
  const undeclared = tool.permissionsRequired?.find((key) => !plugin.permissions?.includes(key));
  return undeclared === undefined
    ? null
    : `tool "${tool.name}" requires ${undeclared}, which the plugin does not declare.`;
}

/** The name part of the id, which prefixes the tool names that the model sees. */
export function slugOf(plugin: Pick<FirstPartyPlugin, "id">): string {
  return plugin.id.slice(plugin.id.indexOf(".") + 1);
}
