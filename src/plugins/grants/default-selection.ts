import { capabilityOf } from "../../contract/capabilities.ts";
import type { Manifest } from "../../contract/manifest.ts";
import { AppError, type Issue } from "../../kernel/errors.ts";
import { DYNAMIC_TOOLS } from "../in-process/index.ts";

export type Grantable = Pick<Manifest, "tools" | "permissions"> & { readonly hasDynamicTools?: boolean };
export type Selection = { readonly tools: readonly string[]; readonly permissions: readonly string[] };

/** What a new grant switches on when nobody chooses: tools that are not sensitive, permissions marked `default`. */
export function defaultSelection(manifest: Grantable): Selection {
  return {
    tools: manifest.tools.filter((tool) => !capabilityOf(tool) && !tool.sensitive).map((tool) => tool.name),
    permissions: (manifest.permissions ?? [])
      .filter((permission) => permission.default)
      .map((permission) => permission.key),
  };
}

/** What a grant names; the last two are tools as well, by the field that names them. */
type Named = Selection & { readonly approvals: readonly string[]; readonly deciders: readonly string[] };

/** Throws `selection_invalid` naming every tool and permission that the installed version does not have. */
export function checkSelection(manifest: Grantable, selection: Named): void {
  const tools = new Map(manifest.tools.map((tool) => [tool.name, tool]));
  const keys = new Set((manifest.permissions ?? []).map((permission) => permission.key));
  const issues: Issue[] = [];
  selection.tools.forEach((name, index) => {
    const tool = tools.get(name);
    if (name === DYNAMIC_TOOLS && manifest.hasDynamicTools === true) {
      return;
    }
    if (tool === undefined) {
      issues.push({
        pointer: `/tools/${index}`,
        code: "tool_unknown",
        message: `The plugin has no tool "${name}".`,
      });
    } else if (capabilityOf(tool)) {
      issues.push({
        pointer: `/tools/${index}`,
        code: "platform_only_tool",
        message: `"${name}" is called by the platform only; it needs no grant to the agent.`,
      });
    }
  });
  for (const field of ["approvals", "deciders"] as const) {
    for (const name of selection[field].filter((tool) => !tools.has(tool))) {
      issues.push({
        pointer: `/${field}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`,
        code: "tool_unknown",
        message: `The plugin has no tool "${name}".`,
      });
    }
  }
  selection.permissions.forEach((key, index) => {
    if (!keys.has(key)) {
      issues.push({
        pointer: `/permissions/${index}`,
        code: "permission_undeclared",
        message: `The installed version does not declare "${key}".`,
      });
    }
  });
  if (issues.length > 0) {
    throw new AppError("invalid", "selection_invalid", "The selection names what the plugin does not have.", {
      issues,
    });
  }
}
