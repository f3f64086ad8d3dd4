/** The story's last part: the same plugin, asked for by a customer who only writes. */
import type { Api } from "../api.ts";
import type * as Answer from "./answers.ts";
import { readUntil } from "./poll.ts";
import type { Transcript } from "./transcript.ts";

const COMPLAINT = "My order arrived damaged. I need someone to help.";
const TICKET_NUMBER = /SUP-\d+/;
/** A turn waits a second for more words; the rest is for a busy machine. */
const REPLY_DEADLINE_MS = 20_000;

export type Replies = { readonly support: string; readonly sales: string };

/** A customer complains to both numbers; only the agent that was granted the plugin can open a ticket. */
export async function converse(
  { api, transcript }: { readonly api: Api; readonly transcript: Transcript },
  { support, sales }: { readonly support: Answer.Instance; readonly sales: Answer.Instance },
): Promise<Replies> {
  transcript.step("A customer writes on WhatsApp");
  transcript.say("The phone is the simulator's, the model is offline and answers by rules.");
  transcript.fact("customer", COMPLAINT);
  const withTool = await reply(api, support);
  transcript.fact(support.name, withTool);
  transcript.promise("the reply names a ticket", TICKET_NUMBER.test(withTool), withTool);
  const without = await reply(api, sales);
  transcript.fact(sales.name, without);
  transcript.promise(
    "the agent without the plugin answers without a ticket",
    without !== "" && !TICKET_NUMBER.test(without),
    without,
  );
  return { support: withTool, sales: without };
}

/** What the customer's phone gets for the complaint; empty when nothing came in time. */
async function reply(api: Api, { id }: Answer.Instance): Promise<string> {
  const phone = "+254722000111";
  const path = `/v1/instances/${id}/simulator/messages`;
  await api.send("POST", path, { from: phone, text: COMPLAINT });
  const { data } = await readUntil(
    () => api.get<{ data: { text: string }[] }>(`${path}?phone=${encodeURIComponent(phone)}`),
    (page) => page.data.length > 0,
    REPLY_DEADLINE_MS,
  );
  return data[0]?.text ?? "";
}
