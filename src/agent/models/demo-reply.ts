/** How the demo model tells a customer what came of its tools. Pure. */

const SORRY =
  "I am sorry, that did not work just now. Please try again in a moment, or ask for a person to help you.";

const WAIT =
  "This has to be approved first. I have passed it on, and I will write to you as soon as it is decided.";
const CONFIRM =
  "Before I do this, please confirm it: I have just sent you the details. Answer 1 for yes or 2 for no.";

/** What is said of an approval that has ended, by the words of the note about it. */
const ENDS: readonly (readonly [RegExp, (rest: string) => string])[] = [
  [
    /was approved and is done\. .*?Result: (.*)$/s,
    (result) => `Your request was approved. ${phraseResult(result)}`,
  ],
  [
    /not known whether it was done/,
    () => "I cannot tell whether your request was done. A person will look at it.",
  ],
  [/was approved, and could not be done/, () => `Your request was approved, but it failed. ${SORRY}`],
  [
    /was rejected and was not done/,
    () => "I am sorry, your request was not approved, so nothing was done. Shall I bring in a person?",
  ],
  [
    /was not decided in time/,
    () => "I am sorry, nobody decided on your request in time, so nothing was done. Shall I ask again?",
  ],
  [/^A colleague has handed this chat back/, () => "I am back. What else can I do for you?"],
];

/** What tools say to a model in words, and what a customer is told of it. */
const SAID: readonly (readonly [RegExp, string])[] = [
  [/^A colleague has been called for/, "I have called a colleague, who will write to you here."],
];

/** What to tell a customer of the platform's notes; empty when there is nothing to tell. */
export function phraseNotes(notes: readonly string[]): string {
  return notes
    .flatMap((note) => {
      const end = ENDS.find(([pattern]) => pattern.test(note));
      return end === undefined ? [] : [end[1](end[0].exec(note)?.[1] ?? "")];
    })
    .join("\n");
}

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
    return SAID.find(([pattern]) => pattern.test(text))?.[1] ?? text; // a tool that answers in words
  }
  if (typeof result !== "object" || result === null) {
    return String(result);
  }
  const { error, message, status, decider } = result as Readonly<Record<string, unknown>>;
  if (status === "pending_approval") {
    return decider === "customer" ? CONFIRM : WAIT;
  }
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
