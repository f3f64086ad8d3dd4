/** Whether a call waits for somebody's yes. Pure: what is known goes in, the reason comes out. */
import type { ApprovalReason, ApprovalRule, Decider } from "../../contract/approvals.ts";
import type { ManifestTool } from "../../contract/manifest.ts";

export type ApprovalNeed = { readonly reason: ApprovalReason; readonly decider: Decider };

type ApprovalFacts = {
  readonly tool: Pick<ManifestTool, "name" | "sensitive" | "sideEffects">;
  readonly grant: {
    readonly approvals: Readonly<Record<string, ApprovalRule>>;
    readonly deciders: Readonly<Record<string, Decider>>;
  };
  /** Somebody besides customer and agent takes part: a member of staff wrote to the customer in the last 24 hours. */
  readonly isMultiUserChat: boolean;
};

/**
 * Null when the call may go out at once. What the grant says of the tool wins; else a `sensitive` tool waits, and in a
 * multi-user chat one that says `sideEffects`. A tool that says nothing of effects does not wait: most only look up.
 */
export function needsApproval({ tool, grant, isMultiUserChat }: ApprovalFacts): ApprovalNeed | null {
  const reason = reasonFor(tool, own(grant.approvals, tool.name), isMultiUserChat);
  return reason === null ? null : { reason, decider: own(grant.deciders, tool.name) ?? "staff" };
}

/** For a tool that found while it ran that somebody has to say yes first. */
export function askedByTool({ tool, grant }: Pick<ApprovalFacts, "tool" | "grant">): ApprovalNeed {
  return { reason: "tool", decider: own(grant.deciders, tool.name) ?? "staff" };
}

function reasonFor(
  tool: ApprovalFacts["tool"],
  rule: ApprovalRule | undefined,
  isMultiUserChat: boolean,
): ApprovalReason | null {
  if (rule !== undefined) {
    return rule === "always" ? "grant" : null;
  }
  if (tool.sensitive === true) {
    return "sensitive";
  }
  return isMultiUserChat && tool.sideEffects === true ? "multi_user_chat" : null;
}

/** A tool may be called `constructor`. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

const REASONS: Readonly<Record<ApprovalReason, string>> = {
  sensitive: "the tool is sensitive",
  grant: "the grant says so",
  multi_user_chat: "the tool has effects, and a person takes part in the chat",
  tool: "the tool itself asks for it",
};

/** The reason and who may decide, in words. */
export function describeNeed({ reason, decider }: ApprovalNeed): string {
  const who = decider === "customer" ? "the customer or staff" : "staff";
  return `${REASONS[reason]}; ${who} may approve it.`;
}
