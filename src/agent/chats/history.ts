import type { InboundPart } from "../../contract/channel.ts";
import type { ChatLine } from "../../contract/chat.ts";
import type { ChatAssistantMessage, ChatMessage } from "../../contract/chat-completions.ts";
import { describeParts } from "./describe-parts.ts";
import type { HistoryRow } from "./history-row.ts";

const COLUMNS = "seq, role, text, parts, body, tool, written_by AS writtenBy, at";

export function addCustomerMessage(sql: SqlStorage, parts: readonly InboundPart[], at: number): void {
  sql.exec(
    "INSERT INTO message (role, text, parts, at) VALUES ('customer', ?, ?, ?)",
    describeParts(parts),
    JSON.stringify(parts),
    at,
  );
}

export function addPersonMessage(sql: SqlStorage, text: string, writtenBy: string, at: number): void {
  sql.exec(
    "INSERT INTO message (role, text, written_by, at) VALUES ('person', ?, ?, ?)",
    text,
    writtenBy,
    at,
  );
}

/** What happened besides words, for people and the model to read. */
export function addEvent(sql: SqlStorage, text: string, at: number): void {
  sql.exec("INSERT INTO message (role, text, at) VALUES ('event', ?, ?)", text, at);
}

/** Something that the platform has dealt with already, so that nobody needs to answer it. */
export function addPlatformEvent(sql: SqlStorage, text: string, at: number): void {
  sql.exec("INSERT INTO message (role, text, written_by, at) VALUES ('event', ?, ?, ?)", text, PLATFORM, at);
}

/** Who wrote what the platform itself tells a customer. To the model it was its own voice. */
const PLATFORM = "platform";

/** A sentence of the platform's own, which answers nothing that the customer asked. */
export function addPlatformMessage(sql: SqlStorage, text: string, at: number): void {
  const body: ChatAssistantMessage = { role: "assistant", content: text };
  sql.exec(
    "INSERT INTO message (role, text, body, written_by, at) VALUES ('agent', ?, ?, ?, ?)",
    text,
    JSON.stringify(body),
    PLATFORM,
    at,
  );
}

/** The number of the last line; 0 before the first. */
export function lastSeq(sql: SqlStorage): number {
  return sql.exec<{ last: number | null }>("SELECT MAX(seq) AS last FROM message").one().last ?? 0;
}

/** What the customer wrote after that line, in order. */
export function readCustomerTexts(sql: SqlStorage, after: number): { seq: number; text: string }[] {
  return sql
    .exec<{ seq: number; text: string }>(
      "SELECT seq, text FROM message WHERE seq > ? AND role = 'customer' ORDER BY seq",
      after,
    )
    .toArray();
}

/** What a turn added: the agent's words and calls, and what the tools answered, in order. */
export function addTurnMessages(sql: SqlStorage, messages: readonly ChatMessage[], at: number): void {
  const toolNames = new Map(
    messages
      .filter((message): message is ChatAssistantMessage => message.role === "assistant")
      .flatMap(({ tool_calls = [] }) => tool_calls)
      .map((call) => [call.id, call.function.name] as const),
  );
  for (const message of messages) {
    if (message.role === "assistant") {
      addRow(sql, "agent", message.content ?? "", message, null, at);
    } else if (message.role === "tool") {
      addRow(sql, "tool", message.content, message, toolNames.get(message.tool_call_id) ?? null, at);
    }
  }
}

function addRow(
  sql: SqlStorage,
  role: "agent" | "tool",
  text: string,
  body: ChatMessage,
  tool: string | null,
  at: number,
): void {
  sql.exec(
    "INSERT INTO message (role, text, body, tool, at) VALUES (?, ?, ?, ?, ?)",
    role,
    text,
    JSON.stringify(body),
    tool,
    at,
  );
}

/** The history from its end, row by row: whoever reads stops when it has enough. */
export function* readBackwards(sql: SqlStorage): Generator<HistoryRow> {
  yield* sql.exec<HistoryRow>(`SELECT ${COLUMNS} FROM message ORDER BY seq DESC`);
}

/** Lines for people, newest first. A row in which the agent only called tools has no words and is left out. */
export function readLines(sql: SqlStorage, limit: number, before: number | null): ChatLine[] {
  return sql
    .exec<HistoryRow>(
      `SELECT ${COLUMNS} FROM message WHERE seq < ? AND NOT (role = 'agent' AND text = '') ORDER BY seq DESC LIMIT ?`,
      before ?? Number.MAX_SAFE_INTEGER,
      limit,
    )
    .toArray()
    .map(({ seq, role, text, parts, tool, writtenBy, at }) => ({
      seq,
      from: role,
      text,
      parts: parts === null ? null : (JSON.parse(parts) as InboundPart[]),
      tool,
      writtenBy,
      at,
    }));
}

/** Whether a person has written to the customer since then (epoch ms). */
export function hasPersonWrittenSince(sql: SqlStorage, since: number): boolean {
  return (
    sql.exec("SELECT 1 FROM message WHERE role = 'person' AND at >= ? LIMIT 1", since).toArray().length > 0
  );
}

/** Whether the customer had the last word, or something has happened since that nobody has told them. */
export function isUnanswered(sql: SqlStorage): boolean {
  const last = sql
    .exec<{ role: string }>(
      // Neither the steps of a turn nor what was sent besides it are an answer, and what the platform has dealt with
      // is no question.
      `SELECT role FROM message WHERE role <> 'tool' AND NOT (role = 'event' AND written_by IS NOT NULL)
         AND NOT (role = 'agent' AND (written_by IS NOT NULL OR json_extract(body, '$.tool_calls[0]') IS NOT NULL))
       ORDER BY seq DESC LIMIT 1`,
    )
    .toArray()[0];
  return last?.role === "customer" || last?.role === "event";
}
