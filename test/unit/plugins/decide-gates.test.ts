import { describe, expect, it } from "vitest";
import { decideGates, type GateFacts } from "../../../src/plugins/grants/decide-gates.ts";

const open: GateFacts = {
  toolName: "SUPPORT_DESK__create_support_ticket",
  installation: { id: "ins_1", slug: "SUPPORT_DESK", status: "active" },
  grant: { tools: ["create_support_ticket"], permissions: ["READ_MESSAGES"] },
  tool: { name: "create_support_ticket", isCapability: false, permissionsRequired: [] },
};

describe("the four gates", () => {
  it("[GATE-01] lets a granted tool through and says what each gate saw", () => {
    const decision = decideGates(open);
    expect(decision.allowed).toBe(true);
    expect(decision.trace.map((step) => [step.gate, step.passed])).toEqual([
      ["installation", true],
      ["instance_grant", true],
      ["tool_grant", true],
      ["permission", true],
    ]);
  });

  it.each([
    ["an unknown name", { installation: null, grant: null, tool: null }, "installation", "tool_unknown"],
    [
      "a disabled plugin",
      { installation: { id: "ins_1", slug: "SUPPORT_DESK", status: "disabled" } },
      "installation",
      "installation_disabled",
    ],
    [
      "an uninstalled plugin",
      { installation: { id: "ins_1", slug: "SUPPORT_DESK", status: "uninstalled" } },
      "installation",
      "installation_disabled",
    ],
    ["a number without the grant", { grant: null }, "instance_grant", "not_granted"],
    ["a tool that an upgrade removed", { tool: null }, "tool_grant", "tool_removed"],
    [
      "a capability tool",
      { tool: { name: "list_due", isCapability: true, permissionsRequired: [] } },
      "tool_grant",
      "platform_only_tool",
    ],
    ["a tool that is off", { grant: { tools: [], permissions: [] } }, "tool_grant", "tool_not_granted"],
    [
      "a tool whose permission is not granted",
      {
        tool: {
          name: "create_support_ticket",
          isCapability: false,
          permissionsRequired: ["READ_MESSAGES", "SEARCH"],
        },
      },
      "permission",
      "permission_not_granted",
    ],
  ] as const)("refuses %s at its gate, with a way forward", (_case, change, gate, code) => {
    const decision = decideGates({ ...open, ...change } as GateFacts);
    expect(decision).toMatchObject({ allowed: false, gate, code });
    expect(decision.allowed === false && decision.hint.length).toBeGreaterThan(20);
    expect(decision.trace.at(-1)).toMatchObject({ gate, passed: false });
    expect(decision.trace.slice(0, -1).every((step) => step.passed)).toBe(true);
  });

  it("[GATE-02] names only the missing permissions", () => {
    const decision = decideGates({
      ...open,
      tool: {
        name: "create_support_ticket",
        isCapability: false,
        permissionsRequired: ["READ_MESSAGES", "SEARCH"],
      },
    });
    expect(decision.allowed === false && decision.message).toContain("SEARCH");
    expect(decision.allowed === false && decision.message).not.toContain("READ_MESSAGES");
  });
});
