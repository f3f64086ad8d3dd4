/** How a message becomes what a channel can carry. */
import type { OutgoingButton, OutgoingMessage } from "../contract/channel.ts";
import type { Capabilities } from "./channel.ts";
import { BUTTON_ID_CHARACTERS, BUTTON_TITLE_CHARACTERS } from "./limits.ts";
import { splitText } from "./split-text.ts";

/**
 * The message as the channel can carry it, in order: a long text in several, and what is too long for a caption ahead
 * of the file or the buttons. Buttons that the channel cannot show become numbered lines. Only an empty text has none.
 */
export function fitMessage(message: OutgoingMessage, capabilities: Capabilities): OutgoingMessage[] {
  switch (message.type) {
    case "text":
      return splitText(message.text, capabilities.maxTextCharacters).map(toText);
    case "buttons": {
      if (!showsButtons(message.buttons, capabilities)) {
        return splitText(withNumbers(message), capabilities.maxTextCharacters).map(toText);
      }
      const { before, last } = splitLast(message.text, capabilities);
      return [...before, { ...message, text: last }];
    }
    case "document": {
      const { before, last } = splitLast(message.text, capabilities);
      return [...before, { ...message, text: last }];
    }
    case "template":
      return [message];
  }
}

/** Buttons as WhatsApp shows them: few, short, and none like another. */
function showsButtons(buttons: readonly OutgoingButton[], { maxButtons }: Capabilities): boolean {
  return (
    buttons.length > 0 &&
    buttons.length <= maxButtons &&
    new Set(buttons.map(({ id }) => id)).size === buttons.length &&
    new Set(buttons.map(({ title }) => title)).size === buttons.length &&
    buttons.every(
      ({ id, title }) =>
        title !== "" && title.length <= BUTTON_TITLE_CHARACTERS && id.length <= BUTTON_ID_CHARACTERS,
    )
  );
}

function withNumbers({ text, buttons }: { text: string; buttons: readonly OutgoingButton[] }): string {
  const choices = buttons.map(
    ({ title }, index) => `${index === 0 ? "Reply " : ""}${index + 1} for ${title}`,
  );
  return choices.length === 0 ? text : `${text}\n\n${choices.join(", ")}`;
}

/** The end of a text that fits beside something else, and what goes ahead of it. */
function splitLast(text: string, { maxCaptionCharacters }: Capabilities) {
  const parts = splitText(text, maxCaptionCharacters);
  return { before: parts.slice(0, -1).map(toText), last: parts.at(-1) ?? "" };
}

const toText = (text: string): OutgoingMessage => ({ type: "text", text });
