/** An approval in words, for the people who decide and for the agent that waits. Pure. */
import type { approval } from "../../db/schema/index.ts";
import { MESSAGE_PAYLOAD_CHARACTERS, NOTE_RESULT_CHARACTERS } from "./limits.ts";

export type ApprovalRow = typeof approval.$inferSelect;

const MINUTE_MS = 60_000;

/** What a tool does, as far as its name says it: `create_support_ticket` is "create support ticket". */
function titleOf({ tool }: Pick<ApprovalRow, "tool">): string {
  return tool
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll(/[_.-]+/g, " ")
    .trim()
    .toLowerCase();
}

/** The question to a named approver. */
export function askApproverText(row: ApprovalRow): string {
  return `Approval needed: ${titleOf(row)} (${row.pluginSlug})\n${payloadLines(row.payloadText)}\n${deadline(row)}`;
}

/** The question to the customer whose own request it is. */
export function askCustomerText(row: ApprovalRow): string {
  return `Please confirm: ${titleOf(row)}\n${payloadLines(row.payloadText)}\n${deadline(row)}`;
}

function deadline({ createdAt, expiresAt }: ApprovalRow): string {
  const minutes = Math.max(1, Math.round((expiresAt - createdAt) / MINUTE_MS));
  return minutes === 1
    ? "This can be answered for 1 minute."
    : `This can be answered for ${minutes} minutes.`;
}

/** The fields of a payload, a line each, cut to what a message holds. */
function payloadLines(payloadText: string): string {
  const payload: unknown = JSON.parse(payloadText);
  const lines =
    typeof payload === "object" && payload !== null
      ? Object.entries(payload).map(
          ([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
        )
      : [String(payload)];
  return cut(lines.join("\n"), MESSAGE_PAYLOAD_CHARACTERS);
}

/**
 * What the agent is told of the end, for it to tell the customer. `result` is the tool's own text where it is known;
 * else what was kept of it.
 */
export function describeEnd(row: ApprovalRow, result: string | null): string {
  const request = `The request "${titleOf(row)}" (${row.id})`;
  switch (row.state) {
    case "executed":
      return `${request} was approved and is done. Tell the customer. Result: ${cut(result ?? row.outcome ?? "null", NOTE_RESULT_CHARACTERS)}`;
    case "failed":
      return row.errorCode === OUTCOME_UNKNOWN
        ? `${request} was approved, and it is not known whether it was done. Tell the customer that a person will look at it. Do not try again.`
        : `${request} was approved, and could not be done. Tell the customer, and offer another way or a person. Error: ${cut(result ?? row.outcome ?? "null", NOTE_RESULT_CHARACTERS)}`;
    case "rejected":
      return `${request} was rejected and was not done.${row.rejectReason === null ? "" : ` Reason: ${row.rejectReason}.`} Tell the customer, and offer another way or a person.`;
    case "expired":
      return `${request} was not decided in time and was not done. Tell the customer, and offer to ask again or to bring in a person.`;
    default:
      return `${request} is ${row.state}.`;
  }
}

/** The call may have been made, and nobody knows. */
export const OUTCOME_UNKNOWN = "outcome_unknown";

/** What whoever answered in a chat is told. */
export function describeAnswer(row: ApprovalRow): string {
  const title = `"${titleOf(row)}"`;
  switch (row.state) {
    case "executed":
      return `Approved: ${title} is done.`;
    case "failed":
      return row.errorCode === OUTCOME_UNKNOWN
        ? `Approved, but it is not known whether ${title} was done. Please check.`
        : `Approved, but ${title} could not be done.`;
    case "rejected":
      return `Rejected: ${title} is not done.`;
    case "expired":
    case "pending":
      return `Too late: the time for ${title} is over, and it was not done.`;
    default:
      return `Approved: ${title} is being done.`;
  }
}

function cut(text: string, maxCharacters: number): string {
  return text.length <= maxCharacters
    ? text
    : `${text.slice(0, maxCharacters).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
