import { describe, expect, it } from "vitest";
import { describeNeed, needsApproval } from "../../../src/plugins/grants/index.ts";

const NOTHING = { approvals: {}, deciders: {} };
const refund = { name: "refund" };

describe("[APPROVAL-01] whether a call waits", () => {
  it.for([
    ["a tool that says nothing", {}, false, null],
    ["one that says nothing, in a multi-user chat", {}, true, null],
    ["one with effects", { sideEffects: true }, false, null],
    ["one with effects, in a multi-user chat", { sideEffects: true }, true, "multi_user_chat"],
    ["one without effects, in a multi-user chat", { sideEffects: false }, true, null],
    ["a sensitive one", { sensitive: true }, false, "sensitive"],
    [
      "a sensitive one with effects, in a multi-user chat",
      { sensitive: true, sideEffects: true },
      true,
      "sensitive",
    ],
  ] as const)("%s", ([, says, isMultiUserChat, reason]) => {
    const need = needsApproval({ tool: { ...refund, ...says }, grant: NOTHING, isMultiUserChat });
    expect(need?.reason ?? null).toBe(reason);
  });

  it("the grant's word on a tool counts before the tool's own", () => {
    const grant = { approvals: { refund: "always", cancel: "never" }, deciders: {} } as const;
    expect(needsApproval({ tool: refund, grant, isMultiUserChat: false })).toEqual({
      reason: "grant",
      decider: "staff",
    });
    const cancel = { name: "cancel", sensitive: true, sideEffects: true };
    expect(needsApproval({ tool: cancel, grant, isMultiUserChat: true })).toBeNull();
  });

  it("staff decide unless the grant lets the customer", () => {
    const grant = { approvals: {}, deciders: { refund: "customer" } } as const;
    const tool = { ...refund, sensitive: true };
    const need = needsApproval({ tool, grant, isMultiUserChat: false });
    expect(need).toEqual({ reason: "sensitive", decider: "customer" });
    expect(need && describeNeed(need)).toBe("the tool is sensitive; the customer or staff may approve it.");
  });

  it("a tool may have any name", () => {
    expect(
      needsApproval({ tool: { name: "constructor" }, grant: NOTHING, isMultiUserChat: false }),
    ).toBeNull();
  });
});
