import type { RecordMessage, ToolCallRecord } from "../../contract/records.ts";
import { MESSAGE_RECORDS, MESSAGE_TEXT_LENGTH } from "./limits.ts";

/** As few messages as hold the calls: each of one organisation, bounded in records and in text. Pure. */
export function packMessages(calls: ReadonlyMap<string, readonly ToolCallRecord[]>): RecordMessage[] {
  const messages: RecordMessage[] = [];
  for (const [organizationId, records] of calls) {
    let current: ToolCallRecord[] = [];
    let textLength = 0;
    for (const record of records) {
      const length = (record.input?.length ?? 0) + (record.output?.length ?? 0);
      const isFull = current.length === MESSAGE_RECORDS || textLength + length > MESSAGE_TEXT_LENGTH;
      if (isFull && current.length > 0) {
        messages.push({ type: "tool_calls", organizationId, calls: current });
        current = [];
        textLength = 0;
      }
      current.push(record);
      textLength += length;
    }
    messages.push({ type: "tool_calls", organizationId, calls: current });
  }
  return messages;
}
