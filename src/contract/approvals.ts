/** Calls that wait until somebody says yes: their states, who may decide, and how an answer looks in a chat. */

/** `approved` has not begun, `executing` may have. The last four are ends. */
export const APPROVAL_STATES = [
  "pending",
  "approved",
  "executing",
  "executed",
  "failed",
  "rejected",
  "expired",
] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

/** Why a call waits. */
export const APPROVAL_REASONS = ["sensitive", "grant", "multi_user_chat", "tool"] as const;
export type ApprovalReason = (typeof APPROVAL_REASONS)[number];

/** Who may decide besides staff with the permission: nobody, or the customer of the chat. */
export const DECIDERS = ["staff", "customer"] as const;
export type Decider = (typeof DECIDERS)[number];

/** What a grant says of one tool, whatever the tool says of itself. */
export const APPROVAL_RULES = ["always", "never"] as const;
export type ApprovalRule = (typeof APPROVAL_RULES)[number];

/** Where it was decided: over the API, by the customer in the chat, or by a named approver on their own WhatsApp. */
export const DECISION_DOORS = ["api", "chat", "whatsapp"] as const;

export const VERDICTS = ["approve", "reject"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A conversation as a tool call knows it. */
export type CallChat = {
  /** Of its Durable Object. */
  readonly objectId: string;
  /** Whether a member of staff has written to the customer in the last 24 hours. */
  readonly isMultiUser: boolean;
};

/** What a button of an approval brings back. */
export function buttonId(verdict: Verdict, approvalId: string): string {
  return `${verdict}:${approvalId}`;
}

/** How long a decision is waited for, unless the number says otherwise; longer than a day nobody remembers why. */
export const APPROVAL_MINUTES_DEFAULT = 15;
export const APPROVAL_MINUTES_MAX = 24 * 60;
