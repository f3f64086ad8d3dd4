/** STOP and START: whether a customer wants what they have not asked for. */
import type { InboundMessage } from "../../contract/channel.ts";
import type { DeliverySettings } from "../../contract/policy.ts";
import { foldWord } from "../../kernel/fold-word.ts";
import { addPlatformEvent, addPlatformMessage } from "./history.ts";
import { addToOutbox } from "./outbox.ts";

/** What the customer reads when nothing more comes unasked, and how it begins again. */
const stoppedSentence = ({ optInWords: [word = "START"] }: Pick<DeliverySettings, "optInWords">) =>
  `You will get no more messages from us that you have not asked for. Write ${word} to get them again.`;

/** … and when it does. */
const startedSentence = ({ optOutWords: [word = "STOP"] }: Pick<DeliverySettings, "optOutWords">) =>
  `You will get messages from us again. Write ${word} to stop them.`;

/** A wish is one word or a few, as long as a number's settings allow them to be, and punctuation around them. */
const MAX_CHARACTERS = 60;

/** Whether a message may be a wish at all, so that the number's words are worth looking up. */
export function mayBeWish({ parts: [part, ...more] }: Pick<InboundMessage, "parts">): boolean {
  return part?.type === "text" && more.length === 0 && part.text.length <= MAX_CHARACTERS;
}

/**
 * Carries out what of the messages that have just been stored are wishes, in their order: such a message is noted and
 * confirmed at once, and no turn answers it. One that changes nothing is not confirmed again; a START that has nothing
 * to end is a message like any other.
 */
export function settleWishes(
  sql: SqlStorage,
  messages: readonly InboundMessage[],
  settings: DeliverySettings,
  now: number,
): void {
  const endings = new Set(settings.optOutWords.map(foldWord));
  const beginnings = new Set(settings.optInWords.map(foldWord));
  for (const { providerId, parts } of messages.filter(mayBeWish)) {
    const [part] = parts;
    const word = part?.type === "text" ? foldWord(part.text) : "";
    const isStopped = readOptedOutAt(sql) !== null;
    const wish = endings.has(word) ? "stop" : isStopped && beginnings.has(word) ? "start" : null;
    if (wish !== null && take(sql, providerId)) {
      addPlatformEvent(sql, describeWish(wish), now);
      if (isStopped === (wish === "start")) {
        sql.exec("UPDATE chat SET opted_out_at = ?", wish === "stop" ? now : null);
        const sentence = wish === "stop" ? stoppedSentence(settings) : startedSentence(settings);
        addPlatformMessage(sql, sentence, now);
        addToOutbox(sql, sentence, now);
      }
    }
  }
}

function readOptedOutAt(sql: SqlStorage): number | null {
  return sql.exec<{ at: number | null }>("SELECT opted_out_at AS at FROM chat").one().at;
}

/** Takes a message that waits out of the agent's way; false when it was taken before, as with one that came twice. */
function take(sql: SqlStorage, providerId: string): boolean {
  return (
    sql
      .exec("UPDATE inbox SET is_taken = 1 WHERE provider_id = ? AND is_taken = 0 RETURNING id", providerId)
      .toArray().length > 0
  );
}

function describeWish(wish: "stop" | "start"): string {
  return wish === "stop"
    ? "The customer asked to be sent nothing that they have not asked for."
    : "The customer asked to be sent messages again.";
}
