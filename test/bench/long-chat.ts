import { type Inspector, openInspector } from "./inspector.ts";
import type { Kivuko } from "./kivuko-leg.ts";
import { residentMiB } from "./memory.ts";
import { awaitReplies, forEach, phoneNumber, readReplies, write } from "./phones.ts";

/** A chat before and after it has a long past. */
export type LongChat = {
  readonly messages: number;
  /** The isolate's heap after a collection, and the whole process's memory where the system tells. */
  readonly before: Memory;
  readonly after: Memory;
  /** From a message to its reply, with a tool call and the second that a turn waits for more words. */
  readonly turnMsBefore: number;
  readonly turnMsAfter: number;
};

export type Memory = { readonly heapMiB: number; readonly residentMiB: number | undefined };

const PHONE = phoneNumber(1_000_000);
/** About what people write; a long past of one-word messages would flatter. */
const TEXT = "The box was torn on one side and the charger is missing, everything else is there as ordered.";
const REPLY_AT_MOST_MS = 30_000;
const TURNS = 3;
const MIB = 1024 * 1024;

/** `kivuko` must have been started with its inspector. The past is written while a person has the chat, so no turn runs. */
export async function measureLongChat(kivuko: Kivuko, messages: number): Promise<LongChat> {
  const inspector = await openInspector(await kivuko.inspectorUrl());
  try {
    await timeTurn(kivuko); // the chat begins, and its code is warm
    const turnMsBefore = await timeTurns(kivuko);
    const before = await readMemory(inspector, kivuko);
    const { api, instanceId } = kivuko;
    const { data } = await api.get<{ data: { id: string }[] }>(`/v1/instances/${instanceId}/chats`);
    const path = `/v1/chats/${data[0]?.id}`;
    await api.send("POST", `${path}/take`);
    await forEach(
      Array.from({ length: messages }, (_, index) => index),
      (index) => write(kivuko, PHONE, `${index}: ${TEXT}`),
    );
    const seen = (await readReplies(kivuko, PHONE)).length;
    await api.send("POST", `${path}/release`);
    await awaitReplies(kivuko, PHONE, { count: seen + 1, untilMs: Date.now() + REPLY_AT_MOST_MS });
    const turnMsAfter = await timeTurns(kivuko);
    return { messages, before, after: await readMemory(inspector, kivuko), turnMsBefore, turnMsAfter };
  } finally {
    inspector.close();
  }
}

async function timeTurns(kivuko: Kivuko): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < TURNS; turn++) {
    fastest = Math.min(fastest, await timeTurn(kivuko));
  }
  return fastest;
}

async function timeTurn(kivuko: Kivuko): Promise<number> {
  const seen = (await readReplies(kivuko, PHONE)).length;
  const startedAt = Date.now();
  await write(kivuko, PHONE, "And where is my charger?");
  const replies = await awaitReplies(kivuko, PHONE, {
    count: seen + 1,
    untilMs: startedAt + REPLY_AT_MOST_MS,
  });
  const reply = replies[seen];
  if (reply === undefined) {
    throw new Error("a message of the long chat was not answered");
  }
  return Date.parse(reply.at) - startedAt;
}

async function readMemory(inspector: Inspector, { leg }: Kivuko): Promise<Memory> {
  await inspector.call("HeapProfiler.collectGarbage");
  const { usedSize } = (await inspector.call("Runtime.getHeapUsage")) as { usedSize: number };
  return { heapMiB: usedSize / MIB, residentMiB: residentMiB(leg.runtimeProcessId) };
}
