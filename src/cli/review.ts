/** What a person sees of a plugin before letting it in. */
import type { PluginPermission, PluginTool, Review } from "./api.ts";
import { formFields } from "./configuration.ts";
import type { Io } from "./io.ts";
import { issueLine, plain } from "./output.ts";

/** Tells on stderr what the plugin is, what it can do, what it wants, and what is odd about its manifest. */
export function showReview(io: Io, review: Review): void {
  const { plugin, tools, permissions, configurationSchema, warnings } = review;
  const bold = (text: string) => io.paintErr("bold", text);
  io.say(bold(`${plain(plugin.name)} ${plain(plugin.version)}`));
  io.say(`  ${plain(plugin.slug)} at ${plain(plugin.baseUrl)}, auth: ${plain(plugin.auth)}`);
  if (plugin.description) {
    io.say(`  ${plain(plugin.description)}`);
  }
  io.say(bold("Tools"));
  for (const tool of tools) {
    io.say(`  ${plain(tool.name)}${toolMarks(tool)}: ${plain(tool.description)}`);
  }
  if (permissions.length > 0) {
    io.say(bold("Permissions it asks for"));
    for (const permission of permissions) {
      io.say(`  ${plain(permission.key)}${permissionMarks(permission)}: ${plain(permission.description)}`);
    }
  }
  const fields = formFields(configurationSchema);
  if (fields.length > 0) {
    io.say(bold("Configuration"));
    for (const { key, isRequired, description } of fields) {
      io.say(`  ${plain(key)}${isRequired ? " (required)" : ""}${description && `: ${description}`}`);
    }
  }
  if (warnings.length > 0) {
    io.say(io.paintErr("yellow", "Warnings"));
    for (const warning of warnings) {
      io.say(`  ${issueLine(warning)}`);
    }
  }
}

function toolMarks({ sensitive, sideEffects, capability }: PluginTool): string {
  return inBrackets([
    sensitive && "sensitive, off unless granted by name",
    sideEffects && "has side effects",
    capability && `called by the platform for ${plain(capability)}`,
  ]);
}

function permissionMarks(permission: PluginPermission): string {
  return inBrackets([
    permission.family === "bridge" && "enforced by the platform",
    !permission.default && "off unless granted by name",
  ]);
}

function inBrackets(words: readonly (string | false | null)[]): string {
  const said = words.filter(Boolean);
  return said.length > 0 ? ` (${said.join("; ")})` : "";
}
