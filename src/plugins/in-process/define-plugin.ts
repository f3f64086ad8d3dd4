/**
 * First-party plugins: TypeScript that runs inside the Worker. The parts are those of the seed's protocol; a
 * tool call goes through the same gates, limits and records as a call to a plugin's server.
 */
import type { FirstPartyPermission } from "../../contract/permissions.ts";
import type { JsonSchema } from "../../kernel/json-schema.ts";
import type { Log } from "../../kernel/log.ts";

export type FirstPartyTool = {
  readonly name: string;
  /** When to call it, and when not: the model decides by this text. */
  readonly description: string;
  /** Hint for people who type, such as `/greet <language>`. */
  readonly usage?: string;
  readonly parameters: Exclude<JsonSchema, boolean>;
  /** True for a tool that changes anything. */
  readonly sideEffects?: boolean;
  /** Off in a new grant until somebody turns it on. */
  readonly sensitive?: boolean;
  /** Checked against the grant before each call. */
  readonly permissionsRequired?: readonly FirstPartyPermission[];
};

/** What a tool gets to work with. Everything in it belongs to the calling organisation. */
export type PluginContext = {
  readonly tenant: { readonly organizationId: string; readonly instanceId: string };
  /** The installation's settings. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The chat that the call comes from, when it comes from one. */
  readonly roomId: string | null;
  /** Who calls: the agent, a key or a person. */
  readonly senderId: string;
  readonly callId: string;
  /** Aborted when the call's time is up. */
  readonly signal: AbortSignal;
  readonly log: Log;
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
  /** The result text, or a text with a line that starts `Fallback suggestions:` when it could not. */
  executeTool(toolName: string, args: string, ctx: PluginContext): Promise<string>;
};

const ID = /^[a-z][a-z0-9_-]*\.[a-z][a-z0-9_-]*$/;
const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Checks a plugin's definition when the Worker is built and tested, and hands it back. Throws on a bad one. */
export function definePlugin(plugin: FirstPartyPlugin): FirstPartyPlugin {
  if (!ID.test(plugin.id)) {
    throw new Error(`"${plugin.id}" is not a plugin id: it must look like <owner>.<name>.`);
  }
  const names = new Set<string>();
  for (const tool of plugin.tools) {
    if (!TOOL_NAME.test(tool.name) || names.has(tool.name)) {
      throw new Error(`${plugin.id}: tool name "${tool.name}" is not valid, or is used twice.`);
    }
    names.add(tool.name);
    const undeclared = tool.permissionsRequired?.find((key) => !plugin.permissions?.includes(key));
    if (undeclared !== undefined) {
      throw new Error(
        `${plugin.id}: tool "${tool.name}" requires ${undeclared}, which the plugin does not declare.`,
      );
    }
  }
  return plugin;
}

/** The name part of the id, which prefixes the tool names that the model sees. */
export function slugOf(plugin: Pick<FirstPartyPlugin, "id">): string {
  return plugin.id.slice(plugin.id.indexOf(".") + 1);
}
