/** A customer's phone in the story: it writes to a number on the simulator and reads what comes back. */
import type { Api } from "../api.ts";
import type * as Answer from "./answers.ts";
import { readUntil } from "./poll.ts";

/** A turn waits a second for more words; the rest is for a busy machine. */
const REPLY_DEADLINE_MS = 20_000;

export type PhoneMessage = {
  readonly text: string;
  readonly document?: { readonly fileName: string; readonly url: string | null };
};

/** Everything that a phone got from a number of the simulator, oldest first. */
export async function readPhone(
  api: Api,
  instanceId: string,
  number: string,
): Promise<readonly PhoneMessage[]> {
  const path = `/v1/instances/${instanceId}/simulator/messages?phone=${encodeURIComponent(number)}`;
  return (await api.get<Answer.Page<PhoneMessage>>(path)).data;
}

export type Phone = {
  readonly write: (text: string) => Promise<void>;
  /** The next message that has not been read yet; empty when none comes in time. */
  readonly read: () => Promise<string>;
};

export function createPhone(api: Api, { id }: Answer.Instance, number: string): Phone {
  const path = `/v1/instances/${id}/simulator/messages`;
  let seen = 0;
  return {
    write: async (text) => {
      await api.send("POST", path, { from: number, text });
    },
    read: async () => {
      const { data } = await readUntil(
        () =>
          api.get<Answer.Page<{ seq: number; text: string }>>(
            `${path}?phone=${encodeURIComponent(number)}&after=${seen}&limit=1`,
          ),
        (page) => page.data.length > 0,
        REPLY_DEADLINE_MS,
      );
      seen = data[0]?.seq ?? seen;
      return data[0]?.text ?? "";
    },
  };
}
