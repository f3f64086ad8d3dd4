/** What a model reads of a tool call's end. Pure. */
import { utf8 } from "../../kernel/encoding.ts";
import type { Dispatched } from "../../plugins/dispatch/index.ts";
import { TOOL_RESULT_MAX_BYTES } from "./limits.ts";

/** The outcome as text: a result as its JSON, everything else as `{error, message}`, bounded. */
export function toResultText({ outcome }: Dispatched): string {
  if (outcome.status === "ok") {
    return bound(typeof outcome.result === "string" ? outcome.result : JSON.stringify(outcome.result));
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
