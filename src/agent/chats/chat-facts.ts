/** What a conversation's own rows say about a message that is about to go out. */
import { CAP_WINDOW_MS, type ChatFacts } from "../../channels/policy/index.ts";
import type { OutgoingMessage } from "../../contract/channel.ts";
import type { SendPolicy } from "../../contract/policy.ts";
import type { InstanceRow } from "../../tenancy/instances/index.ts";
import { readChat } from "./chat-row.ts";

type Asked = {
  readonly message: OutgoingMessage;
  readonly policy: SendPolicy;
  /** All parts of one message have the same; 0 for a message that is not there yet. */
  readonly groupSeq: number;
  /** Epoch ms. */
  readonly at: number;
};

const MINUTE_MS = 60_000;

/** What counts as gone out: a message of which nobody knows may have reached the customer. */
const LEFT = "state IN ('sent', 'sending', 'unknown')";

/** Read without a pause, so that it is true when it is used. Needs the tables. */
export function readChatFacts(
  sql: SqlStorage,
  { delivery }: Pick<InstanceRow, "delivery">,
  asked: Asked,
  now: number,
): Omit<ChatFacts, "isGranted" | "mustUseTemplate"> {
  const chat = readChat(sql);
  const facts = {
    lastInboundAt: chat?.lastInboundAt ?? 0,
    optedOutAt: chat?.optedOutAt ?? null,
    timeZone: chat?.timeZone ?? null,
    createdAt: asked.at,
  };
  if (asked.policy.kind !== "proactive") {
    return { ...facts, isDuplicate: false, customerCapFreesAt: null, pluginCapFreesAt: null };
  }
  const { installationId = null } = asked.policy;
  const { dailyCapPerCustomer, dailyCapPerPlugin, duplicateWindowMinutes } = delivery;
  const since = now - CAP_WINDOW_MS;
  return {
    ...facts,
    isDuplicate: hasLeft(sql, asked, now - duplicateWindowMinutes * MINUTE_MS),
    customerCapFreesAt: readCapEnd(sql, { ...asked, since, cap: dailyCapPerCustomer, installationId: null }),
    pluginCapFreesAt:
      installationId === null
        ? null
        : readCapEnd(sql, { ...asked, since, cap: dailyCapPerPlugin, installationId }),
  };
}

/** Whether another message of the same content has left since then. */
function hasLeft(sql: SqlStorage, { message, groupSeq }: Asked, since: number): boolean {
  return (
    sql
      .exec(
        `SELECT 1 FROM outbox WHERE left_at > ? AND ${LEFT} AND group_seq <> ? AND text = ? AND message IS ? LIMIT 1`,
        since,
        groupSeq,
        message.text,
        message.type === "text" ? null : JSON.stringify(message),
      )
      .toArray().length > 0
  );
}

type Cap = {
  readonly cap: number | null;
  readonly since: number;
  readonly groupSeq: number;
  /** Whose messages count; null for everybody's. */
  readonly installationId: string | null;
};

/** When the cap lets one more message through, epoch ms; null while it does. The parts of a message count as one. */
function readCapEnd(sql: SqlStorage, { cap, since, groupSeq, installationId }: Cap): number | null {
  if (cap === null) {
    return null;
  }
  const blocking = sql
    .exec<{ leftAt: number }>(
      `SELECT MAX(left_at) AS leftAt FROM outbox
       WHERE left_at > ?1 AND ${LEFT} AND kind = 'proactive' AND group_seq <> ?2
         AND (?3 IS NULL OR installation_id = ?3)
       GROUP BY group_seq ORDER BY leftAt DESC LIMIT 1 OFFSET ?4`,
      since,
      groupSeq,
      installationId,
      cap - 1,
    )
    .toArray()[0];
  return blocking === undefined ? null : blocking.leftAt + CAP_WINDOW_MS;
}
