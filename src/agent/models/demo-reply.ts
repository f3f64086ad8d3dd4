/** How the demo model tells a customer what came of its tools. Pure. */

const SORRY =
  "I am sorry, that did not work just now. Please try again in a moment, or ask for a person to help you.";

/** Names under which tools answer with something that a customer can keep. */
const REFERENCE = /(?:^id|Id|_id|[Nn]umber|[Rr]eference)$/;

/** One reply for the results of all tools, as the model got them. */
export function phraseResults(results: readonly string[]): string {
  return results.map(phraseResult).join("\n");
}

function phraseResult(text: string): string {
  let result: unknown;
  try {
    result = JSON.parse(text);
  } catch {
    return text; // a tool that answers in words
  }
  if (typeof result !== "object" || result === null) {
    return String(result);
  }
  const { error, message } = result as { error?: unknown; message?: unknown };
  if (error !== undefined) {
    return SORRY;
  }
  if (typeof message === "string" && message !== "") {
    return message;
  }
  const references = Object.entries(result).filter(
    ([name, value]) => REFERENCE.test(name) && (typeof value === "string" || typeof value === "number"),
  );
  return references.length === 0
    ? "Done. Is there anything else?"
    : `Done. Your reference: ${references.map(([, value]) => value).join(", ")}.`;
}
