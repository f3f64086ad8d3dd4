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

/** Whether the customer had the last word. */
export function isUnanswered(sql: SqlStorage): boolean {
  const last = sql
    .exec<{ role: string }>("SELECT role FROM message WHERE role <> 'tool' ORDER BY seq DESC LIMIT 1")
    .toArray()[0];
  return last?.role === "customer";
}
