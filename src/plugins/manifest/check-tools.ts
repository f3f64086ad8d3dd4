import { capabilitiesLike, isCapability } from "../../contract/capabilities.ts";
import { MANIFEST_MAX_TOOLS } from "../../contract/manifest.ts";
import type { Issue } from "../../kernel/errors.ts";
import { checkSchema } from "../../kernel/json-schema/check-schema.ts";
import { appendPointer, childAt, isObject } from "../../kernel/json-schema/json-pointer.ts";
import type { PatternWork } from "../../kernel/json-schema/pattern-work.ts";
import { checkPath } from "./check-urls.ts";

/** The rules for tools beyond their form: names and capabilities once, plain paths, sound schemas. */
export function checkTools(tools: readonly unknown[], pointer: string, work: PatternWork): Issue[] {
  const names = new Set<string>();
  const capabilities = new Set<string>();
  return tools.slice(0, MANIFEST_MAX_TOOLS).flatMap((tool, index) => {
    if (!isObject(tool)) {
      return [];
    }
    const at = appendPointer(pointer, index);
    return [
      ...checkName(tool, at, names),
      ...checkCapability(tool, at, capabilities),
      ...checkEndpoint(tool, at),
      ...["inputSchema", "outputSchema"].flatMap((field) =>
        isObject(tool[field]) ? checkSchema(tool[field], appendPointer(at, field), work) : [],
      ),
    ];
  });
}

type Tool = { readonly [field: string]: unknown };

function checkName(tool: Tool, pointer: string, names: Set<string>): Issue[] {
  const { name } = tool;
  if (typeof name !== "string") {
    return [];
  }
  if (names.has(name)) {
    return [
      {
        pointer: `${pointer}/name`,
        code: "tool_name_duplicate",
        message: "is the name of another tool already",
      },
    ];
  }
  names.add(name);
  return [];
}

function checkEndpoint(tool: Tool, pointer: string): Issue[] {
  const path = childAt(tool["endpoint"], "path");
  // What does not start with "/" is told by the manifest's schema.
  return typeof path === "string" && path.startsWith("/") ? checkPath(path, `${pointer}/endpoint/path`) : [];
}

/** `metadata` is the author's own, but for names that are, or look like, one of the platform's capabilities. */
function checkCapability(tool: Tool, pointer: string, capabilities: Set<string>): Issue[] {
  const capability = childAt(tool["metadata"], "capability");
  if (typeof capability !== "string") {
    return [];
  }
  const at = `${pointer}/metadata/capability`;
  const alike = capabilitiesLike(capability);
  if (!isCapability(capability)) {
    const message = `is not a capability of the platform; there are ${alike.join(", ")}`;
    return alike.length > 0 ? [{ pointer: at, code: "capability_unknown", message }] : [];
  }
  if (capabilities.has(capability)) {
    const message = "is served by another tool already; the platform would not know which one to call";
    return [{ pointer: at, code: "capability_duplicate", message }];
  }
  capabilities.add(capability);
  return [];
}
