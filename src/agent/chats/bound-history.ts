/** What a model reads of a conversation: the newest part that fits. */
import type { ChatAssistantMessage, ChatMessage, ChatToolMessage } from "../../contract/chat-completions.ts";
import type { HistoryRow } from "./history-row.ts";
import { CHARACTERS_PER_TOKEN, HISTORY_MAX_TOKENS, MODEL_MESSAGE_MAX_CHARACTERS } from "./limits.ts";

/**
 * Messages for a model, oldest first, out of rows that come newest first. The oldest are left out when there are too
 * many; calls and what they answered stay together or go together; neighbouring messages of the customer are one; the
 * first message is the customer's. What the customer said last is always in it.
 */
export function boundHistory(
  newestFirst: Iterable<HistoryRow>,
  maxTokens = HISTORY_MAX_TOKENS,
): ChatMessage[] {
  const kept: ChatMessage[] = [];
  let pendingTools: ChatToolMessage[] = [];
  let tokensLeft = maxTokens;
  let hasCustomer = false;
  for (const row of newestFirst) {
    const message = toMessage(row);
    if (message.role === "tool") {
      pendingTools.unshift(message);
      continue;
    }
    const unit = message.role === "assistant" ? pair(message, pendingTools) : [message];
    pendingTools = [];
    tokensLeft -= estimateTokens(unit);
    if (tokensLeft < 0 && hasCustomer) {
      break;
    }
    hasCustomer ||= message.role === "user";
    kept.unshift(...unit);
  }
  const firstCustomer = kept.findIndex(({ role }) => role === "user");
  return joinNeighbours(firstCustomer < 0 ? [] : kept.slice(firstCustomer));
}

function toMessage(row: HistoryRow): ChatAssistantMessage | ChatToolMessage | UserMessage {
  const text = shorten(row.text);
  switch (row.role) {
    case "customer":
      return { role: "user", content: text.replaceAll(IMITATED_NOTE, "(") };
    case "event":
      return { role: "user", content: `${NOTE_OPENING} ${text}]` };
    case "person":
      // To the customer it was the same voice, and so it is to the model.
      return { role: "assistant", content: text };
    case "agent":
    case "tool": {
      const body = JSON.parse(row.body ?? "null") as ChatAssistantMessage | ChatToolMessage;
      return body.content === null ? body : { ...body, content: text };
    }
  }
}

/** How the model tells what the platform says from what the customer says, who cannot write it. */
const NOTE_OPENING = "[Note from the platform:";
const IMITATED_NOTE = /\[(?=\s*note\s+from\s+the\s+platform)/gi;

type UserMessage = { readonly role: "user"; readonly content: string };

/** An answer and its calls with all of their results; calls that have no result are left out with theirs. */
function pair(message: ChatAssistantMessage, results: readonly ChatToolMessage[]): ChatMessage[] {
  const calls = message.tool_calls ?? [];
  if (calls.length === 0) {
    return [message];
  }
  const answered = new Set(results.map((result) => result.tool_call_id));
  if (calls.every(({ id }) => answered.has(id))) {
    const ids = new Set(calls.map(({ id }) => id));
    return [message, ...results.filter((result) => ids.has(result.tool_call_id))];
  }
  return message.content === null ? [] : [{ role: "assistant", content: message.content }];
}

function joinNeighbours(messages: readonly ChatMessage[]): ChatMessage[] {
  const joined: ChatMessage[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (message.role === "user" && last?.role === "user") {
      joined[joined.length - 1] = { role: "user", content: `${last.content}\n${message.content}` };
    } else {
      joined.push(message);
    }
  }
  return joined;
}

/** Cut between characters, never inside of one. */
function shorten(text: string): string {
  if (text.length <= MODEL_MESSAGE_MAX_CHARACTERS) {
    return text;
  }
  const cut = text.slice(0, MODEL_MESSAGE_MAX_CHARACTERS).replace(/[\uD800-\uDBFF]$/, "");
  return `${cut}\n[The rest of this message is left out: ${text.length} characters in all]`;
}

function estimateTokens(messages: readonly ChatMessage[]): number {
  const characters = messages.reduce((sum, message) => sum + JSON.stringify(message).length, 0);
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}
