/** What became of a call, and its text for a model. Details of a plugin's failure stay in the record. */
import type { Decider } from "../../contract/approvals.ts";
import type { Gate } from "../../contract/gates.ts";
import type { Issue } from "../../kernel/errors.ts";

export type CallError = {
  readonly code: string;
  readonly message: string;
  readonly issues?: readonly Issue[];
};

export type Outcome =
  | { readonly status: "ok"; readonly result: unknown }
  | { readonly status: "error"; readonly error: CallError }
  | {
      readonly status: "refused";
      readonly gate: Gate;
      readonly error: CallError & { readonly hint?: string };
      readonly retryAfterSeconds?: number;
    }
  | {
      readonly status: "pending_approval";
      readonly approvalId: string;
      readonly decider: Decider;
      /** ISO 8601. */
      readonly expiresAt: string;
    };

/** How a try at the plugin's server ended, before it is judged. */
export type PluginFailure =
  | "plugin_unreachable"
  | "plugin_timed_out"
  | "plugin_redirected"
  | "plugin_url_refused"
  | "plugin_answer_too_large"
  | "plugin_answer_invalid"
  | "plugin_answer_empty"
  | "plugin_failed"
  | "plugin_unavailable"
  | "plugin_secret_missing";

const FALLBACK =
  "Fallback suggestions: tell the customer that this did not work just now, and offer to try again or to bring in a person.";

const FAILURE_TEXT: Readonly<Record<PluginFailure, string>> = {
  plugin_unreachable: "The plugin could not be reached.",
  plugin_timed_out: "The plugin took too long to answer.",
  plugin_redirected: "The plugin answered with a redirect, which is not followed.",
  plugin_url_refused: "The plugin's address may not be called.",
  plugin_answer_too_large: "The plugin's answer was too large to use.",
  plugin_answer_invalid: "The plugin's answer was not valid JSON.",
  plugin_answer_empty: "The plugin answered without a result.",
  plugin_failed: "The plugin had an internal problem.",
  plugin_unavailable: "The plugin has failed several times in a row and is being left alone for a moment.",
  plugin_secret_missing: "The plugin has no secret to sign calls with; somebody has to rotate it.",
};

/** A failure of the plugin's server, in a sentence that tells a model nothing about its insides. */
export function pluginFailure(code: PluginFailure): Outcome {
  return { status: "error", error: { code, message: `${FAILURE_TEXT[code]}\n${FALLBACK}` } };
}

/** An input that does not fit the tool's schema: every problem, so that a model can mend its call at once. */
export function invalidInput(issues: readonly Issue[]): Outcome {
  const lines = issues.map(
    (issue) => `${issue.pointer === "" ? "the input" : issue.pointer}: ${issue.message}`,
  );
  return {
    status: "error",
    error: {
      code: "invalid_input",
      message: `The input does not fit the tool.\n${lines.join("\n")}\nFallback suggestions: correct the named fields and call again; ask the customer for what is missing.`,
      issues,
    },
  };
}
