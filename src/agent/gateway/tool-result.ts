/** What a model reads of a tool call's end. Pure. */
import type { Decider } from "../../contract/approvals.ts";
import { utf8 } from "../../kernel/encoding.ts";
import { TOOL_RESULT_MAX_BYTES } from "./limits.ts";

/** Of a call's outcome, what a model is told. */
type Ended =
  | { readonly status: "ok"; readonly result: unknown }
  | { readonly status: "error"; readonly error: { readonly code: string; readonly message: string } }
  | {
      readonly status: "refused";
      readonly error: { readonly code: string; readonly message: string; readonly hint?: string };
    }
  | {
      readonly status: "pending_approval";
      readonly approvalId: string;
      readonly decider: Decider;
      readonly expiresAt: string;
    };

/** What a model has to know of a call that waits: that nothing has happened, what to say, and that it will hear more. */
const WAITING: Readonly<Record<Decider, string>> = {
  staff:
    "Nothing has been done yet: a person has to approve it first. Tell the customer that it is being checked and that you will write as soon as it is decided. Do not call it again; a note tells you how it ends.",
  customer:
    "Nothing has been done yet: the customer has just been sent a message with the details, to be answered with Yes (1) or No (2). Ask them to answer it. Do not call it again; a note tells you how it ends.",
};

/** The outcome as text: a result as its JSON, everything else as `{error, message}`, bounded. */
export function toResultText(outcome: Ended): string {
  if (outcome.status === "ok") {
    return bound(typeof outcome.result === "string" ? outcome.result : JSON.stringify(outcome.result));
  }
  if (outcome.status === "pending_approval") {
    const { status, approvalId, decider, expiresAt } = outcome;
    return JSON.stringify({ status, approvalId, decider, expiresAt, message: WAITING[decider] });
  }
  const { code, message } = outcome.error;
  const hint = outcome.status === "refused" ? outcome.error.hint : undefined;
  return errorText(
    code,
    outcome.status === "refused"
      ? `${message}${hint === undefined ? "" : ` (${hint})`}\nFallback suggestions: do not call it again now; tell the customer that you cannot do this here, and offer another way or a person.`
      : message,
  );
}

/** A mistake of the model's own, in a form that it can mend. */
export function errorText(error: string, message: string): string {
  return bound(JSON.stringify({ error, message }));
}

/** Cut within whole characters, and said so: a model must not take half of a list for all of it. */
function bound(text: string): string {
  const bytes = utf8(text);
  if (bytes.length <= TOOL_RESULT_MAX_BYTES) {
    return text;
  }
  const note = `\n[cut: the first part of ${bytes.length} bytes]`;
  const kept = new TextDecoder().decode(bytes.subarray(0, TOOL_RESULT_MAX_BYTES - note.length));
  return kept.replace(/\uFFFD+$/, "") + note;
}
