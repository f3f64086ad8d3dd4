import type { EffectLedger } from "../../contract/effect-ledger.ts";
import { newId } from "../../kernel/ids.ts";
import { isOpen } from "./turns.ts";

const STOPPED = JSON.stringify({
  error: "turn_stopped",
  message: "A person has taken this chat over, so the tool was not called.",
});

/**
 * The ledger of one turn, in the chat's own storage. A call that had begun when the object died is made again under the
 * same id, since nobody knows whether it arrived.
 */
export function createLedger(sql: SqlStorage, turnId: number): EffectLedger {
  return {
    begin(callKey) {
      const known = sql
        .exec<{ callId: string; outcome: string | null }>(
          "SELECT call_id AS callId, outcome FROM ledger WHERE turn_id = ? AND call_key = ?",
          turnId,
          callKey,
        )
        .toArray()[0];
      if (known !== undefined && known.outcome !== null) {
        return { status: "answered", answer: known.outcome };
      }
      if (!isOpen(sql, turnId)) {
        return { status: "answered", answer: STOPPED };
      }
      if (known !== undefined) {
        return { status: "run", callId: known.callId };
      }
      const callId = newId("call");
      sql.exec("INSERT INTO ledger (turn_id, call_key, call_id) VALUES (?, ?, ?)", turnId, callKey, callId);
      return { status: "run", callId };
    },
    finish({ callId, answer }) {
      sql.exec("UPDATE ledger SET outcome = ? WHERE turn_id = ? AND call_id = ?", answer, turnId, callId);
    },
  };
}
