/**
 * The four gates of a tool call as one pure decision. No clock, no storage: what is known goes in, the decision
 * and its trace come out. Deny wins; the first gate that refuses is named, with what to do about it.
 */
import type { Gate } from "../../contract/gates.ts";

export type GateFacts = {
  /** The name that was called, as the model sees it. */
  readonly toolName: string;
  /** The organisation's installation that the name belongs to. */
  readonly installation: {
    readonly id: string;
    readonly slug: string;
    readonly status: "active" | "disabled" | "uninstalled";
  } | null;
  /** That installation's active grant on the instance. */
  readonly grant: { readonly tools: readonly string[]; readonly permissions: readonly string[] } | null;
  /** The tool in the installed version. */
  readonly tool: {
    readonly name: string;
    readonly isCapability: boolean;
    readonly permissionsRequired: readonly string[];
  } | null;
};

export type GateStep = { readonly gate: Gate; readonly passed: boolean; readonly detail: string };

export type GateDecision =
  | { readonly allowed: true; readonly trace: readonly GateStep[] }
  | {
      readonly allowed: false;
      readonly gate: Gate;
      readonly code: string;
      readonly message: string;
      readonly hint: string;
      readonly trace: readonly GateStep[];
    };

/** Walks installation, instance grant, tool grant and permission, in this order. */
export function decideGates(facts: GateFacts): GateDecision {
  const trace: GateStep[] = [];
  const pass = (gate: Gate, detail: string) => {
    trace.push({ gate, passed: true, detail });
  };
  const refuse = (gate: Gate, code: string, message: string, hint: string): GateDecision => {
    trace.push({ gate, passed: false, detail: message });
    return { allowed: false, gate, code, message, hint, trace };
  };
  const { installation, grant, tool } = facts;

  if (installation === null) {
    return refuse(
      "installation",
      "tool_unknown",
      `No installed plugin has a tool named "${facts.toolName}".`,
      "List the tools of this number; install the plugin if it is missing.",
    );
  }
  if (installation.status !== "active") {
    return refuse(
      "installation",
      "installation_disabled",
      `The plugin ${installation.slug} is switched off.`,
      `Enable it: POST /v1/installations/${installation.id}/enable.`,
    );
  }
  pass("installation", `${installation.slug} is installed and active.`);

  if (grant === null) {
    return refuse(
      "instance_grant",
      "not_granted",
      `The plugin ${installation.slug} is not granted to this number.`,
      `Grant it: kivuko grant <number> ${installation.slug}.`,
    );
  }
  pass("instance_grant", "The plugin is granted to this number.");

  if (tool === null) {
    return refuse(
      "tool_grant",
      "tool_removed",
      `The installed version of ${installation.slug} has no tool "${facts.toolName}".`,
      "List the tools of this number: the plugin may have been upgraded.",
    );
  }
  if (tool.isCapability) {
    return refuse(
      "tool_grant",
      "platform_only_tool",
      `"${tool.name}" is called by the platform only.`,
      "Tools with a reserved capability are never the agent's.",
    );
  }
  if (!grant.tools.includes(tool.name)) {
    return refuse(
      "tool_grant",
      "tool_not_granted",
      `The tool "${tool.name}" is off on this number.`,
      `Switch it on: kivuko grant <number> ${installation.slug} --tool ${tool.name}.`,
    );
  }
  pass("tool_grant", `The tool "${tool.name}" is on.`);

  const missing = tool.permissionsRequired.filter((key) => !grant.permissions.includes(key));
  if (missing.length > 0) {
    return refuse(
      "permission",
      "permission_not_granted",
      `The tool "${tool.name}" needs ${missing.join(", ")}, which this grant does not hold.`,
      `Grant it: kivuko grant <number> ${installation.slug} ${missing.map((key) => `--permission ${key}`).join(" ")}.`,
    );
  }
  pass(
    "permission",
    tool.permissionsRequired.length > 0
      ? `The grant holds ${tool.permissionsRequired.join(", ")}.`
      : "The tool itself needs none; what the plugin asks of the platform is checked at the bridge.",
  );
  return { allowed: true, trace };
}
