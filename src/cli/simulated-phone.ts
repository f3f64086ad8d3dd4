/** A phone on the simulator, as a terminal holds it: it writes, and looks for what is new. */
import { type Api, MAX_PAGE_LENGTH, type PhoneContent, type PhoneLine } from "./api.ts";
import { failure } from "./cli-error.ts";

/** How often the phone is looked at: a reply shows about when it comes. */
const LOOK_INTERVAL_MS = 400;

export type SimulatedPhone = {
  /** Words, or the number of a button of the message that came last, which then is tapped. */
  readonly write: (text: string) => Promise<void>;
  /** What has come since the last look, oldest first. */
  readonly look: () => Promise<readonly PhoneLine[]>;
  /**
   * What comes from now on, as it comes, until a moment passes in which nothing more does: a long reply comes in
   * parts. Throws `no_reply` when nothing comes at all in `timeoutMs`.
   */
  readonly waitForReply: (timeoutMs: number) => AsyncGenerator<PhoneLine>;
  /** What comes, as it comes, until the signal aborts. */
  readonly listen: (signal: AbortSignal) => AsyncGenerator<PhoneLine>;
};

export type PhoneOptions = {
  readonly api: Api;
  readonly instanceId: string;
  /** In the form +254…. */
  readonly number: string;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** A phone that has seen everything that came before. */
export async function openPhone({ api, instanceId, number, wait }: PhoneOptions): Promise<SimulatedPhone> {
  let seen = 0;
  let choices: NonNullable<PhoneLine["buttons"]> = [];

  const look = async () => {
    const lines: PhoneLine[] = [];
    let page: readonly PhoneLine[];
    do {
      page = await api.readPhone(instanceId, number, seen);
      lines.push(...page);
      seen = page.at(-1)?.seq ?? seen;
    } while (page.length === MAX_PAGE_LENGTH);
    choices = lines.length > 0 ? (lines.at(-1)?.buttons ?? []) : choices;
    return lines;
  };
  await look();
  choices = [];

  return {
    look,
    write: async (text) => {
      const tapped = choices[Number(text.trim()) - 1];
      const content: PhoneContent =
        tapped === undefined ? { text } : { button: { text: tapped.title, payload: tapped.id } };
      await api.writeFromPhone(instanceId, number, content);
    },
    async *waitForReply(timeoutMs) {
      const deadline = AbortSignal.timeout(timeoutMs);
      let lines = await look();
      while (lines.length === 0) {
        await wait(LOOK_INTERVAL_MS, deadline);
        lines = await look();
        if (lines.length === 0 && deadline.aborted) {
          throw failure("no_reply", `No reply came in ${timeoutMs / 1_000} seconds.`, {
            hint: "A person may have taken the chat over, or a call waits for approval; else give it longer with --timeout.",
          });
        }
      }
      while (lines.length > 0) {
        yield* lines;
        await wait(LOOK_INTERVAL_MS, new AbortController().signal);
        lines = await look();
      }
    },
    async *listen(signal) {
      while (!signal.aborted) {
        await wait(LOOK_INTERVAL_MS, signal);
        yield* await look();
      }
    },
  };
}
