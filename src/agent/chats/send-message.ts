import type { Capabilities } from "../../channels/channel.ts";
import { fitMessage } from "../../channels/fit-message.ts";
import type { OutgoingMessage } from "../../contract/channel.ts";
import type { SendInput } from "../../contract/chat.ts";
import type { SendPolicy } from "../../contract/policy.ts";
import { createChat, type NewChat, touchChat } from "./chat-row.ts";
import { addPersonMessage, addTurnMessages } from "./history.ts";
import { addMessageToOutbox, findInOutbox } from "./outbox.ts";

type Accepted = { readonly status: "accepted" | "repeated"; readonly seq: number };

/** Whoever writes as one of these is a person of the organisation. */
const STAFF: ReadonlySet<string> = new Set(["user", "api_token"]);

/**
 * Puts a message into the history and on its way out, all or nothing, and once per key; the chat is made when it is
 * not there. `seq` is the message itself: what its length made go ahead of it has numbers before.
 */
export function acceptMessage(
  storage: DurableObjectStorage,
  input: SendInput,
  { chat, capabilities }: { readonly chat: NewChat; readonly capabilities: Capabilities },
  now: number,
): Accepted {
  const { sql } = storage;
  const { message, by, dedupeKey } = input;
  return storage.transactionSync(() => {
    createChat(sql, chat, now);
    const known = dedupeKey === null ? null : findInOutbox(sql, dedupeKey);
    if (known !== null) {
      return { status: "repeated", seq: known };
    }
    const text = describeMessage(message);
    if (STAFF.has(by.kind)) {
      addPersonMessage(sql, text, by.id, now);
    } else {
      addTurnMessages(sql, [{ role: "assistant", content: text }], now);
    }
    touchChat(sql, now, false);
    const seq = addMessageToOutbox(
      sql,
      { parts: fitMessage(message, capabilities), dedupeKey, policy: policyOf(input) },
      now,
    );
    return { status: "accepted", seq };
  });
}

/** What the policy is told of a message. What a plugin sends counts as that plugin's. */
export function policyOf({ policy = { kind: "answer" }, by }: Pick<SendInput, "policy" | "by">): SendPolicy {
  return by.kind === "plugin" ? { installationId: by.id, ...policy } : policy;
}

/** A message as people and the model read it in the history. */
function describeMessage(message: OutgoingMessage): string {
  switch (message.type) {
    case "text":
    case "template":
      return message.text;
    case "buttons":
      return `${message.text}\n[Buttons: ${message.buttons.map(({ title }) => title).join(", ")}]`;
    case "document":
      return `${message.text}\n[File: ${message.document.fileName}]`.trim();
  }
}
