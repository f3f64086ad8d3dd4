/** The little that changes in a request on its way to a provider, changed in its text. Pure. */
import type { ChatRequest } from "../../contract/chat-completions.ts";

/**
 * The client's text with the provider's name for the model in it, and with the wish for the usage of a stream. All else
 * stays as it was written: large numbers, the order of fields, pictures that would take long to write again. Null where
 * the text does not show plainly what it asks for; then it has to be written anew.
 */
export function rewriteRequest(text: string, request: ChatRequest, providerModel: string): string | null {
  if (!isPlain(text)) {
    return null;
  }
  const asksForUsage = request.stream === true;
  const { stream_options: options } = request;
  const hasAsked =
    (options as { readonly include_usage?: unknown } | null | undefined)?.include_usage === true;
  if (asksForUsage && options !== undefined && !hasAsked) {
    return null;
  }
  const renamed = rename(text, request.model, providerModel);
  if (renamed === null || !asksForUsage || hasAsked) {
    return renamed;
  }
  // What stands before the first brace of an object is blank.
  const start = renamed.indexOf("{") + 1;
  return `${renamed.slice(0, start)}"stream_options":{"include_usage":true},${renamed.slice(start)}`;
}

/** The fields that we read and the provider reads again: of two, it might take the other one. */
const DECISIVE = ["model", "stream", "stream_options"].map((name) => new RegExp(`"${name}"\\s*:`, "g"));
/** No writer escapes letters, but a field's name could be hidden so. */
const ESCAPED_LETTER = /\\u00[67]/i;

/** Within a text's quotes a quote is escaped, so what looks like a field is one, wherever it stands. */
function isPlain(text: string): boolean {
  return !ESCAPED_LETTER.test(text) && DECISIVE.every((field) => (text.match(field)?.length ?? 0) <= 1);
}

/** Null when the name is not written as it would be here. */
function rename(text: string, alias: string, providerModel: string): string | null {
  if (alias === providerModel) {
    return text;
  }
  const field = /"model"\s*:\s*/.exec(text);
  const name = JSON.stringify(alias);
  const start = field === null ? -1 : field.index + field[0].length;
  return start >= 0 && text.startsWith(name, start)
    ? text.slice(0, start) + JSON.stringify(providerModel) + text.slice(start + name.length)
    : null;
}
