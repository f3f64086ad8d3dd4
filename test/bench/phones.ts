import { setTimeout as pause } from "node:timers/promises";
import { type PhoneMessage, readPhone } from "../../src/local/demo/phone.ts";
import type { Kivuko } from "./kivuko-leg.ts";

type Reply = PhoneMessage & { readonly at: string };

/** Requests to the platform under way at once; the customers are many, this machine's cores are two. */
const SIDE_BY_SIDE = 16;
const POLL_MS = 200;

/** A number nobody else of the benchmark has. */
export function phoneNumber(index: number): string {
  return `+25471${String(index).padStart(7, "0")}`;
}

/** Writes to the benchmark's instance, as its customer. */
export async function write({ api, instanceId }: Kivuko, from: string, text: string): Promise<void> {
  await api.send("POST", `/v1/instances/${instanceId}/simulator/messages`, { from, text });
}

/** What the customer got so far, oldest first. */
export function readReplies({ api, instanceId }: Kivuko, phone: string): Promise<readonly Reply[]> {
  return readPhone(api, instanceId, phone) as Promise<readonly Reply[]>;
}

/** The replies once there are `count` of them, or those that there are when time is up. */
export async function awaitReplies(
  kivuko: Kivuko,
  phone: string,
  { count, untilMs }: { count: number; untilMs: number },
): Promise<readonly Reply[]> {
  for (;;) {
    const replies = await readReplies(kivuko, phone);
    if (replies.length >= count || Date.now() > untilMs) {
      return replies;
    }
    await pause(POLL_MS);
  }
}

/** Runs the task for each item, a few at once. */
export async function forEach<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const work = async () => {
    for (const item of left) {
      await task(item);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
}
