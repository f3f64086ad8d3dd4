/** Server-sent events (WHATWG HTML, section 9.2) as model providers send them: `event` and `data`, no reconnecting. */

export type ServerSentEvent = { readonly event: string; readonly data: string };

/** A line without an end would otherwise be gathered until memory is full: 1 MiB. */
const EVENT_MAX_CHARACTERS = 1024 * 1024;

/** An event that is longer than any honest one. */
export class EventTooLongError extends Error {}

/**
 * The events of a body, in order. Leaving the loop early cancels the body. Throws what the body errors with, and
 * `EventTooLongError`. What follows the last blank line is half an event and is dropped, as the standard says.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let event = "";
  let data: string[] = [];
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      rest += decoder.decode(part.value, { stream: true });
      // A `\r` at the end may be half of a `\r\n`: it waits for what follows.
      const isCut = rest.endsWith("\r");
      const lines = (isCut ? rest.slice(0, -1) : rest).split(/\r\n|\n|\r/);
      rest = (lines.pop() ?? "") + (isCut ? "\r" : "");
      if (rest.length > EVENT_MAX_CHARACTERS) {
        throw new EventTooLongError("An event is too long.");
      }
      for (const line of lines) {
        if (line !== "") {
          const [field, value] = readLine(line);
          if (field === "data") {
            data.push(value);
          } else if (field === "event") {
            event = value;
          }
        } else if (data.length > 0) {
          yield { event: event === "" ? "message" : event, data: data.join("\n") };
          event = "";
          data = [];
        } else {
          event = "";
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined); // ended or errored already: nothing is left to cancel
  }
}

/** Field and value; the field of a comment is empty. */
function readLine(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  if (colon < 0) {
    return [line, ""];
  }
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(" ") ? value.slice(1) : value];
}
