/** Conversations of one desk, over the simulator. */
import { type ChatStub, chatStub, newPhone, phoneTexts, writeFromPhone } from "./chats.ts";
import type { Desk } from "./desk.ts";

export type Line = { id: string; from: string; text: string; tool: string | null; writtenBy: string | null };
export type Page<T> = { data: T[]; nextCursor: string | null };
export type ChatBody = { id: string; instanceId: string; customer: string; state: string };

/** A customer of the desk who has written `text`, which nobody has answered yet. */
export async function openChat(desk: Desk, text = "Hello"): Promise<{ phone: string; stub: ChatStub }> {
  const phone = newPhone();
  await writeFromPhone(desk, desk.supportId, phone, text);
  return { phone, stub: await chatStub(desk.supportId, phone) };
}

/** What the customer's phone got. */
export function textsOf(desk: Desk, phone: string): Promise<string[]> {
  return phoneTexts(desk, desk.supportId, phone);
}

/** The customer's line in the index. */
export async function chatBodyOf(desk: Desk, phone: string): Promise<ChatBody> {
  const { body } = await desk.control<Page<ChatBody>>("GET", `/v1/instances/${desk.supportId}/chats`);
  const found = body.data.find(({ customer }) => customer.endsWith(phone.slice(-4)));
  if (found === undefined) {
    throw new Error("The chat is not in the index.");
  }
  return found;
}

/** The history, oldest first. */
export async function linesOf(desk: Desk, id: string): Promise<Line[]> {
  return (await desk.control<Page<Line>>("GET", `/v1/chats/${id}/messages`)).body.data.toReversed();
}
