import type { PhoneLine } from "../api.ts";
import { usageError } from "../cli-error.ts";
import { type CommandLine, examples, type Session, wholeNumber } from "../command-line.ts";
import { findSimulatorId } from "../find-by-name.ts";
import type { Io } from "../io.ts";
import { plain, plainLines } from "../output.ts";
import { openPhone, type SimulatedPhone } from "../simulated-phone.ts";
import { wait } from "../wait.ts";

/** A number that nobody has to make up; it never leaves the simulator. */
const DEFAULT_NUMBER = "+254711223344";

const DEFAULT_TIMEOUT_SECONDS = 60;
const MAX_TIMEOUT_SECONDS = 600;

/** Defines `kivuko chat`. */
export function defineChat({ program, openSession }: CommandLine): void {
  program
    .command("chat")
    .summary("write to an instance on the simulator, as its customer")
    .description(
      "write to an instance on the simulator, as its customer; on a terminal line by line, else each line of stdin",
    )
    .option("--instance <instance>", "which instance; not needed where there is one simulator only")
    .option("--phone <number>", "the customer's number, in the form +254…", DEFAULT_NUMBER)
    .option("--message <text>", "write this one message, wait for the reply, and end")
    .option(
      "--timeout <seconds>",
      "how long to wait for a reply",
      wholeNumber(1, MAX_TIMEOUT_SECONDS),
      DEFAULT_TIMEOUT_SECONDS,
    )
    .addHelpText(
      "after",
      examples(
        "kivuko chat",
        'kivuko chat --instance "Support WhatsApp" --phone +254722000111',
        'kivuko chat --message "My order arrived damaged" --json | jq -r .text',
      ),
    )
    .action((args: ChatArgs) => chat({ ...openSession(), args }));
}

type ChatArgs = {
  readonly instance?: string;
  readonly phone: string;
  readonly message?: string;
  readonly timeout: number;
};

async function chat({ io, api, args }: Session & { args: ChatArgs }): Promise<void> {
  if (args.message?.trim() === "") {
    throw usageError("The message is empty.", "Say something with --message, or leave it out to type.");
  }
  const instanceId = await findSimulatorId(api, args.instance);
  const phone = await openPhone({ api, instanceId, number: args.phone, wait });
  if (args.message === undefined && io.isInteractive) {
    await converse(io, phone);
    return;
  }
  const messages = args.message === undefined ? (await io.readStdin()).split("\n") : [args.message];
  for (const message of messages.filter((text) => text.trim() !== "")) {
    await phone.write(message);
    for await (const line of phone.waitForReply(args.timeout * 1_000)) {
      if (io.isJson) {
        io.printJson(line, "line");
      } else {
        io.print(toText(io, line));
      }
    }
  }
}

/** A person types while replies come, each whenever it does. */
async function converse(io: Io, phone: SimulatedPhone): Promise<void> {
  io.say(io.paintErr("dim", "You are the customer. Ctrl-D ends it."));
  const typing = io.openTyping("> ");
  const ending = new AbortController();
  const show = (line: PhoneLine) => typing.print(toText(io, line));
  const listening = (async () => {
    try {
      for await (const line of phone.listen(ending.signal)) {
        show(line);
      }
    } finally {
      typing.close();
    }
  })();
  try {
    for await (const text of typing.lines) {
      if (text.trim() !== "") {
        await phone.write(text);
      }
    }
  } finally {
    ending.abort();
    await listening;
  }
}

/** The words, and beneath them what is there to choose or to open. */
function toText(io: Pick<Io, "paintOut">, { text, buttons = [], document }: PhoneLine): string {
  const below = [
    ...buttons.map(({ title }, index) => `  ${index + 1}) ${plain(title)}`),
    ...(document === undefined ? [] : [`  ${plain(document.fileName)}  ${plain(document.url ?? "(gone)")}`]),
  ];
  return [plainLines(text), ...below.map((line) => io.paintOut("cyan", line))].join("\n");
}
