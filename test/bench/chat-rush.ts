import type { Kivuko } from "./kivuko-leg.ts";
import { awaitReplies, forEach, phoneNumber, readReplies, write } from "./phones.ts";

/** Customers who all write at once; each wants one reply, for which a tool is called. */
export type ChatRush = {
  readonly chats: number;
  /** Until the last of the messages was stored: each makes a chat's object with a database of its own. */
  readonly storedMs: number;
  /** From the first message sent to the last reply written, the second that a turn waits for more words included. */
  readonly lastReplyMs: number;
  readonly medianReplyMs: number;
  readonly lost: number;
  readonly extra: number;
};

const CHATS = 200;
/** A reply that has not come by then is lost. */
const REPLIES_AT_MOST_MS = 60_000;

export async function measureChatRush(kivuko: Kivuko): Promise<ChatRush> {
  const phones = Array.from({ length: CHATS }, (_, index) => phoneNumber(index));
  const startedAt = Date.now();
  await Promise.all(phones.map((phone) => write(kivuko, phone, "My order DUK-20261120 arrived open.")));
  const storedMs = Date.now() - startedAt;
  const untilMs = startedAt + REPLIES_AT_MOST_MS;
  await forEach(phones, async (phone) => {
    await awaitReplies(kivuko, phone, { count: 1, untilMs });
  });
  const waits: number[] = [];
  let extra = 0;
  // Read again when all is over, so that a second reply would show.
  await forEach(phones, async (phone) => {
    const [first, ...others] = await readReplies(kivuko, phone);
    if (first !== undefined) {
      waits.push(Date.parse(first.at) - startedAt);
    }
    extra += others.length;
  });
  waits.sort((a, b) => a - b);
  return {
    chats: CHATS,
    storedMs,
    lastReplyMs: waits.at(-1) ?? Number.NaN,
    medianReplyMs: waits[Math.floor(waits.length / 2)] ?? Number.NaN,
    lost: CHATS - waits.length,
    extra,
  };
}
