/** Answers to approvals among what people write. Until it is known whether one is meant, such a message is held. */
import type { OrgCtx } from "../../access/context.ts";
import type { Verdict } from "../../contract/approvals.ts";
import type { InboundMessage, InboundPart } from "../../contract/channel.ts";
import { answerApproval, findAnswered } from "../../plugins/approvals/deciding/index.ts";
import { type ChatRow, PHONE_PURPOSE, touchChat } from "./chat-row.ts";
import { addEvent, addTurnMessages } from "./history.ts";
import { addToOutbox } from "./outbox.ts";

/** What a tap brings back, as `buttonId` makes it. */
const BUTTON = /^(approve|reject):(apr_[0-9a-z]{1,40})$/;

/** What people write instead of a tap, or see as the numbers of the buttons. */
const WORDS: ReadonlyMap<string, Verdict> = new Map([
  ["1", "approve"],
  ["approve", "approve"],
  ["2", "reject"],
  ["reject", "reject"],
]);

type Answer = {
  readonly verdict: Verdict /** Null when it does not say which. */;
  readonly approvalId: string | null;
};

/** What a message would decide if an approval were waiting; null for every other message. */
function readAnswer(parts: readonly InboundPart[]): Answer | null {
  const [part] = parts;
  if (part === undefined || parts.length > 1 || (part.type !== "button" && part.type !== "text")) {
    return null;
  }
  const [, verdict, approvalId] = (part.type === "button" && BUTTON.exec(part.payload ?? "")) || [];
  if (verdict !== undefined && approvalId !== undefined) {
    return { verdict: verdict === "approve" ? "approve" : "reject", approvalId };
  }
  const meant = WORDS.get(part.text.trim().toLowerCase());
  return meant === undefined ? null : { verdict: meant, approvalId: null };
}

/** Sets aside, of the messages that have just been stored, those that may decide. */
export function holdAnswers(sql: SqlStorage, messages: readonly InboundMessage[]): void {
  for (const { providerId } of messages.filter(({ parts }) => readAnswer(parts) !== null)) {
    sql.exec("UPDATE inbox SET is_taken = 2 WHERE provider_id = ? AND is_taken = 0", providerId);
  }
}

/** When the held ones should be looked at: as soon as they are there. Epoch ms; null when none is held. */
export function answersDueAt(sql: SqlStorage): number | null {
  return sql
    .exec<{ due: number | null }>("SELECT MIN(received_at) AS due FROM inbox WHERE is_taken = 2")
    .one().due;
}

type Held = { id: number; parts: string; approvalId: string | null };

/**
 * Lets each held message decide what it means, or lets it go on as an ordinary one. Which approval is meant is written
 * down before it is decided, so that a crash in between leaves no `1` to be read as a customer's words.
 */
export async function settleAnswers({
  ctx,
  input: { storage, chat, objectId },
}: {
  ctx: OrgCtx;
  input: { storage: DurableObjectStorage; chat: ChatRow; objectId: string };
}): Promise<void> {
  const { sql } = storage;
  const held = sql
    .exec<Held>(
      `SELECT i.id, i.parts, a.approval_id AS approvalId FROM inbox i LEFT JOIN approval_answer a ON a.inbox_id = i.id
       WHERE i.is_taken = 2 ORDER BY i.id`,
    )
    .toArray();
  for (const { id, parts, approvalId: known } of held) {
    const answer = readAnswer(JSON.parse(parts) as InboundPart[]);
    const meant = known ?? (answer && (await findMeant(ctx, chat, objectId, answer)));
    if (answer === null || meant === null) {
      sql.exec("UPDATE inbox SET is_taken = 0 WHERE id = ? AND is_taken = 2", id);
      continue;
    }
    sql.exec(
      "INSERT INTO approval_answer (inbox_id, approval_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
      id,
      meant,
    );
    const input = { approvalId: meant, verdict: answer.verdict, chatObjectId: objectId };
    const { event, reply } = await answerApproval({ ctx, input });
    const now = ctx.clock.now();
    storage.transactionSync(() => {
      sql.exec("UPDATE inbox SET is_taken = 1 WHERE id = ?", id);
      addEvent(sql, event, now);
      if (reply !== null) {
        addTurnMessages(sql, [{ role: "assistant", content: reply }], now);
        addToOutbox(sql, reply, now);
      }
      touchChat(sql, now, false);
    });
  }
}

async function findMeant(
  ctx: OrgCtx,
  { instanceId, phoneSealed }: ChatRow,
  chatObjectId: string,
  { approvalId }: Answer,
): Promise<string | null> {
  const phone = await ctx.keyRing.open(phoneSealed, PHONE_PURPOSE);
  return findAnswered({ ctx, input: { instanceId, chatObjectId, phone, approvalId } });
}
